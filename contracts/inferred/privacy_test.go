package inferred_test

import (
	"encoding/xml"
	"errors"
	"strings"
	"testing"

	"rivgate/contracts"
)

// A personal number stands in turn in every value and in every name of a message. However the message is judged then,
// the number is not in what the sender, the log or a page is told.
func TestRefusalsTellNoContent(t *testing.T) {
	const number = "189001019802"
	r := openRegistry(t, contracts.Options{})
	warn := openRegistry(t, contracts.Options{Validation: contracts.Warn})
	refused := 0
	for _, m := range []*contracts.Message{sampleSend(), sampleReturn()} {
		text := strings.ReplaceAll(write(t, m), number, "190001019801")
		for _, broken := range everywhere(t, text, number) {
			for _, c := range []*contracts.Contract{contractOf(r, m), contractOf(warn, m)} {
				_, err := c.ReadEnvelope([]byte(broken))
				if err == nil {
					continue
				}
				refused++
				var e *contracts.Error
				if !errors.As(err, &e) {
					t.Fatalf("%T: %v", err, err)
				}
				for cause := error(e); cause != nil; cause = errors.Unwrap(cause) {
					if strings.Contains(cause.Error(), number) {
						t.Errorf("the number is told: %v\n%s", cause, broken)
					}
				}
				if strings.Contains(e.Path+e.Result("log").Message, number) {
					t.Errorf("the number is told: %s", e.Result("log").Message)
				}
			}
		}
	}
	if refused < 50 {
		t.Errorf("only %d refusals were looked at", refused)
	}
}

// everywhere gives text once for each of its texts and tags with the number in it: as the text, as an attribute, as a
// new element's name, and before the tag.
func everywhere(t *testing.T, text, number string) []string {
	t.Helper()
	var all []string
	d := xml.NewDecoder(strings.NewReader(text))
	at, inside := int64(0), false
	for {
		token, err := d.RawToken()
		if err != nil {
			break
		}
		end := d.InputOffset()
		switch x := token.(type) {
		case xml.StartElement:
			inside = inside || x.Name.Local == "Body"
			if inside {
				all = append(all, text[:end-1]+` p`+number+`="1">`+text[end:],
					text[:end-1]+` xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="`+number+`">`+text[end:],
					text[:end]+"<p"+number+"/>"+text[end:], text[:end]+`<p:x xmlns:p="urn:`+number+`"/>`+text[end:],
					text[:at]+number+text[at:])
			}
		case xml.CharData:
			if inside {
				all = append(all, text[:at]+number+text[end:], text[:at]+number+text[at:])
			}
		}
		at = end
	}
	return all
}
