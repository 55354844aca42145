package contracts

import (
	"os"
	"regexp"
	"testing"
)

// technical is what nobody who fills in a form should have to read: codes, names of elements, paths, and words of the
// schema.
var technical = regexp.MustCompile(`[A-Z]_[A-Z]|\p{Ll}\p{Lu}|[/\[(]|(?i)schem|element|attribut|kontrakt|XML|xsi|OID`)

// Every sub code and every class of offence against the schema has words for people, at every field and where the field
// is not known.
func TestEveryRefusalHasWordsForPeople(t *testing.T) {
	source, err := os.ReadFile("error.go")
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{
		"", "answer/inReplyTo/root", "update/author/healthcareProfessionalHSAId", "update/classification/problem[2]/code",
		"attachment[1]/size",
	}
	for _, w := range fieldWords {
		paths = append(paths, "update/"+w.path)
	}
	codes := regexp.MustCompile(`(?m)^\tSub\w+ += "([A-Z_]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(codes) != len(subCodeWords) {
		t.Errorf("%d sub codes, %d have words", len(codes), len(subCodeWords))
	}
	said := func(e *Error) {
		if words := e.ForPeople(); words == "" || technical.MatchString(words) {
			t.Errorf("%s %s %s: %q", e.SubCode, e.Class, e.Path, words)
		}
	}
	for _, path := range paths {
		said(&Error{Code: TechnicalError})
		for _, code := range codes {
			if subCodeWords[code[1]] == "" {
				t.Errorf("%s has no words", code[1])
			}
			said(refuse(code[1], path, "x"))
		}
		for _, class := range SchemaClasses() {
			if classWords[class] == "" {
				t.Errorf("%s has no words", class)
			}
			said(&Error{SubCode: SubSchema, Class: class, Path: path})
		}
	}
	if got := refuse(SubUnknownCode, "update/classification/problem[2]/code", "x").
		ForPeople(); got != "Problemet finns inte i listan. Välj ett ur listan." {
		t.Error(got)
	}
}
