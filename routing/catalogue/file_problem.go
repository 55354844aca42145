package catalogue

import (
	"errors"
	"fmt"
	"maps"

	"rivgate/routing"
)

// FileProblem is something that is wrong with a catalogue's file or with a TAK's answer, and the line where it
// stands; 0 where that is not known. The code is one of FileProblemWords.
type FileProblem struct {
	routing.Fact
	Line int
}

// Error is the problem in English.
func (p *FileProblem) Error() string {
	if p.Line > 0 {
		return fmt.Sprintf("line %d: %s", p.Line, p.Words(fileProblemWords))
	}
	return p.Words(fileProblemWords)
}

// FileProblems are all problems that an error consists of, in their order. What is no FileProblem, such as a failing
// disk, is among others.
func FileProblems(err error) (problems []*FileProblem, others []error) {
	switch e := err.(type) { //nolint:errorlint // the tree is walked by hand: As would find the first problem alone
	case nil:
	case *FileProblem:
		return []*FileProblem{e}, nil
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			p, o := FileProblems(part)
			problems, others = append(problems, p...), append(others, o...)
		}
	default:
		if problems, others = FileProblems(errors.Unwrap(err)); len(problems) == 0 {
			return nil, []error{err} // with the words of what was being done
		}
	}
	return problems, others
}

// FileProblemWords are the codes of problems, each with its words in English.
func FileProblemWords() map[string]string { return maps.Clone(fileProblemWords) }

var fileProblemWords = map[string]string{
	"too-large":      "the file is larger than any catalogue",
	"empty":          "the file is empty",
	"ends-early":     "the file ends too early",
	"charset":        "the encoding is neither UTF-8 nor ISO-8859-1",
	"orders-nothing": "the file orders nothing",

	"no-yaml":           "this is not YAML; look at indentation, quotes and brackets",
	"second-yaml":       "there is a second document, or something that is not YAML, after the first one",
	"no-catalogue":      "the catalogue must consist of units, routes and permissions",
	"no-list":           "{1} must be a list, each entry beginning with a dash",
	"key-unknown":       "unknown key {1}; known are {2}",
	"key-twice":         "{1} is there twice",
	"entry-no-keys":     "an entry must have keys and values: {1}",
	"entry-unclear":     "the entry cannot be understood",
	"not-single":        "{1} must be a single value",
	"no-date":           "{1}: {2} is no date: write it as 2026-01-31",
	"no-bool":           "{1} must be true or false",
	"filters-no-list":   "filters must be a list: [{service_domain: …, categorizations: […]}]",
	"filter-no-keys":    "a filter must have keys and values: {1}",
	"filter-no-domain":  "the filter has no service_domain",
	"not-singles":       "{1} must be a list of single values",
	"unit-no-id":        "the unit has no hsa_id",
	"unit-twice":        "unit {1} is there already, on line {2}",
	"unit-kind":         "unit {1} has the kind {2}; write " + routing.KindsInWords,
	"route-signature":   "the route has the signature {1}; write " + routing.SignaturesInWords,
	"route-no-receiver": `the route has no receiver: write to: with an HSA-id, or "*" for all`,
	"no-sender":         "the permission has no sender: write from_system: with the HSA-id of the calling system",
	"no-receiver":       `the permission has no receiver: write to: with an HSA-id, or "*" for all`,
	"no-contract":       "the entry has no contract",
	"contract-unknown":  "contract {1} is neither a responder namespace nor a short name that the active pack knows",

	"no-json":           "this is not JSON; look at commas, quotes and brackets",
	"json-key-twice":    "the key {1} is there twice",
	"json-key-unknown":  "unknown key {1}",
	"after-order":       "there is something after the order",
	"no-day":            "genomforandeTidpunkt is missing: write when the order takes effect",
	"day-no-time":       "genomforandeTidpunkt is no time: write it as 2026-01-31T00:00:00+0100",
	"wrong-type":        "{1} has the wrong type of value",
	"wrong-form":        "a value has the wrong form",
	"version-no-number": "majorVersion or minorVersion is no whole number",
	"order-missing":     "{1}/{2}, entry {3}: {4} is missing",

	"no-xml":           "this is not well-formed XML, or the file ends too early",
	"xml-none":         "there is no XML in it",
	"doctype":          "a document type is not taken",
	"depth":            "elements are nested more than {1} deep",
	"text-outside":     "there is text outside the document",
	"second-xml":       "there is a second document",
	"too-long":         "a value is longer than {1} bytes",
	"element-in-value": "there is an element where a value should be",
	"other-root":       "this is no saved copy of a TAK: its root is not persistentCache",
	"damaged": "the copy is damaged: its checksum does not fit. If it was changed by hand, remove the line " +
		"of the checksum",
	"no-routes":          "there are no routes in it",
	"no-permissions":     "there are no permissions in it",
	"filter-missing":     "a filterInfo has no serviceDomain",
	"route-missing":      "a virtualiseringsInfo has no tjansteKontrakt or no receiverId",
	"permission-missing": "an anropsBehorighetsInfo has no tjansteKontrakt, senderId or receiverId",
	"no-time":            "{1} is no time",

	"units-only": "it has routes or permissions, but only units are taken from it",
	"catalogue-nothing": "the catalogue has no routes: an empty list is a failure, not a catalogue in which nobody is " +
		"reached",
	"no-tree":        "there are no HSA units in it",
	"dn-twice":       "the DN of unit {1} is there twice",
	"answer-other":   "the answer is a fault or belongs to another question",
	"answer-no-soap": "the answer is not a SOAP 1.1 message",
	"answer-empty":   "the answer has no content",
}
