package recording

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// take fills in what exchange.yaml says of an exchange. inFolder tells whether the exchange stands in a folder, whose
// name is its id.
func (e *Exchange) take(d *description, inFolder bool) error {
	e.Contract, e.Outcome, e.Ignore, e.Placeholders = d.Contract, d.Outcome, d.Ignore, d.Placeholders
	e.Origin = Origin{
		Direction: d.Direction, Tool: d.Tool, Redaction: d.Redaction, Tags: d.Tags, Summed: len(d.Sums) > 0,
	}
	if inFolder && d.ID != "" && d.ID != e.ID {
		return fmt.Errorf("id %q is not the folder's", d.ID)
	}
	if strings.ContainsAny(d.ID, "/\\\n") || d.ID == "." || d.ID == ".." {
		return fmt.Errorf("id %q can be no name of a folder", d.ID)
	}
	switch d.Direction {
	case "", Send, Return:
	default:
		return fmt.Errorf("direction %q is neither %s nor %s", d.Direction, Send, Return)
	}
	if d.When != "" {
		when, err := time.Parse(time.RFC3339Nano, d.When)
		if err != nil {
			return fmt.Errorf("when %q is no time as 2026-01-31T10:00:00Z", d.When)
		}
		e.When = when
	}
	for _, path := range slices.Concat(d.Ignore, slices.Sorted(maps.Keys(d.Placeholders))) {
		if _, err := ParsePath(path); err != nil {
			return err
		}
	}
	for path, kind := range d.Placeholders {
		if !kind.known() {
			return fmt.Errorf("placeholder %q of %s is not known: write one of %s", kind, path, placeholderNames())
		}
	}
	return nil
}

// describe is what exchange.yaml says, the parts aside. Contract and outcome are as the parts say, where they are
// there.
func (e *Exchange) describe() description {
	d := description{
		Contract: e.contract(), Direction: e.Direction, Tool: e.Tool, Redaction: e.Redaction, Tags: e.Tags,
		Outcome: e.Outcome, Ignore: e.Ignore, Placeholders: e.Placeholders, Parts: map[string]*manner{},
	}
	if e.Part(Response) != nil {
		d.Outcome = OutcomeOf(e.Part(Response))
	}
	if !e.When.IsZero() {
		d.When = e.When.UTC().Format(time.RFC3339Nano)
	}
	if !e.isZero() {
		d.ID = e.ID
	}
	if e.Summed {
		d.Sums = map[string]string{}
		for name := range e.parts {
			d.Sums[name] = sum(e.Part(name))
		}
	}
	return d
}

// checkSums tells which part is not the one that was recorded.
func (e *Exchange) checkSums(sums map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		switch p := e.Part(name); {
		case p == nil:
			return fmt.Errorf("%s has a sum of %s, which is not there", descriptionFile, name)
		case !strings.EqualFold(sum(p), sums[name]):
			return fmt.Errorf("%s is not as it was recorded: it has another sum than %s says; where it was changed on "+
				"purpose, take the sums out", name, descriptionFile)
		}
	}
	return nil
}

func sum(content []byte) string {
	digest := sha256.Sum256(content)
	return hex.EncodeToString(digest[:])
}
