package inferred_test

import (
	"errors"
	"strings"
	"testing"

	"rivgate/contracts"
)

// secret stands for content wherever a test puts it.
const secret = "HEMLIGT"

func TestSchemaErrors(t *testing.T) {
	r := openRegistry(t, contracts.Options{})
	send, ret := write(t, sampleSend()), write(t, sampleReturn())
	cases := []struct {
		sentence string
		envelope string
		old, new string
		path     string
	}{
		{"a value of another form", send, "20260214<", secret + "<", "SendComplaint/complaint/incidentDate"},
		{"a value that no enumeration has", send, ">PATIENT<", ">" + secret + "<", "SendComplaint/complaint/reporter/role"},
		{"a number that is none", send, ">1</n", ">" + secret + "</n", "SendComplaint/sequenceNumber"},
		{
			"an element left out", send, "<n3:incidentDate>20260214</n3:incidentDate>", "",
			"SendComplaint/complaint/description",
		},
		{"the last element left out", send, "<n3:replyWanted>true</n3:replyWanted>", "", "SendComplaint/complaint"},
		{
			"an element twice", send, "<n3:incidentDate>20260214</n3:incidentDate>",
			"<n3:incidentDate>20260214</n3:incidentDate><n3:incidentDate>20260214</n3:incidentDate>",
			"SendComplaint/complaint/incidentDate",
		},
		{
			"an element with a name of the sender's", send, "<n3:incidentDate>20260214</n3:incidentDate>",
			"<n3:" + secret + "/>", "SendComplaint/complaint",
		},
		{"text between elements", send, "<n2:complaint>", "<n2:complaint>" + secret, "SendComplaint/complaint"},
		{
			"an attribute of the sender's", send, "<n2:complaint>", "<n2:complaint " + secret + `="1">`,
			"SendComplaint/complaint",
		},
		{
			"a type of the sender's", send, "<n2:complaint>",
			`<n2:complaint xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="` + secret + `">`, "SendComplaint",
		},
		{"an empty text", ret, "Tack för ditt meddelande.", "", "ReturnComplaint/text"},
		{"a text too long", ret, "Tack", strings.Repeat(secret, 3000), "ReturnComplaint/text"},
		{"a return without type", ret, "<n2:updateType>CLOSE</n2:updateType>", "", "ReturnComplaint/handlingUnit"},
		{
			"a classification without problem", ret, "<n2:classification>", "<n2:classification><n3:areaOfActivity/>",
			"ReturnComplaint/classification/areaOfActivity",
		},
	}
	for _, c := range cases {
		t.Run(c.sentence, func(t *testing.T) {
			if !strings.Contains(c.envelope, c.old) {
				t.Fatalf("the sample has no %s:\n%s", c.old, c.envelope)
			}
			broken := strings.Replace(c.envelope, c.old, c.new, 1)
			contract := r.Send()
			if c.envelope == ret {
				contract = r.Return()
			}
			m, err := contract.ReadEnvelope([]byte(broken))
			var e *contracts.Error
			if !errors.As(err, &e) || m != nil {
				t.Fatalf("got %v, %v", m, err)
			}
			if e.Code != contracts.ValidationError || e.SubCode != contracts.SubSchema || e.Path != c.path || e.Line < 1 ||
				e.Column < 1 {
				t.Errorf("got %s %s at %q %d:%d, want the path %q", e.Code, e.SubCode, e.Path, e.Line, e.Column, c.path)
			}
			if text := e.Error() + e.Result("log").Message; strings.Contains(text, secret) {
				t.Errorf("content in the error: %s", text)
			}
		})
	}
}

// A receiver of 1.0 takes a 1.1 message: a minor version adds elements of its own namespace last in a type.
func TestAdditionsOfAMinorVersion(t *testing.T) {
	r := openRegistry(t, contracts.Options{})
	const added = `<x:added xmlns:x="urn:riv-application:supportprocess:logistics:complaintsandfeedback:1.1">` +
		`<x:id>1</x:id></x:added>`
	text := write(t, sampleSend())
	for _, end := range []string{
		"</n3:reporter>", "</n2:complaint>", "</n2:SendComplaint>", "</n2:messageId>", "</n3:incidentUnit>",
		"</n2:recipient>", "</n3:personId>",
	} {
		if !strings.Contains(text, end) {
			t.Fatalf("the sample has no %s:\n%s", end, text)
		}
		m, err := r.Send().ReadEnvelope([]byte(strings.Replace(text, end, added+end, 1)))
		if err != nil || m.Complaint == nil || m.Complaint.IncidentDate != "20260214" {
			t.Errorf("before %s: %v", end, err)
		}
	}
}

// Stacks put attributes on the envelope's own elements and headers of their own beside LogicalAddress.
func TestHeadersAreNotValidated(t *testing.T) {
	r := openRegistry(t, contracts.Options{})
	text := write(t, sampleSend())
	text = strings.Replace(text, "</soap:Header>",
		`<w:To xmlns:w="http://www.w3.org/2005/08/addressing" soap:mustUnderstand="1">urn:x</w:To></soap:Header>`, 1)
	text = strings.Replace(text, "LogicalAddress>", `LogicalAddress soap:mustUnderstand="1">`, 1)
	text = strings.Replace(text, "<soap:Body>", `<soap:Body Id="b">`, 1)
	if _, err := r.Send().ReadEnvelope([]byte(text)); err != nil {
		t.Error(err)
	}
}

func TestModes(t *testing.T) {
	invalid := strings.Replace(write(t, sampleSend()), ">PATIENT<", ">OTHER<", 1)
	breaking := sampleSend()
	breaking.Complaint.IncidentPlaceText = "vid ån"
	broken := write(t, breaking)
	unmappable := strings.Replace(write(t, sampleSend()), ">1</n", ">99999999999999999999</n", 1)
	cases := []struct {
		sentence string
		mode     contracts.Mode
		envelope string
		subCode  string
		mapped   bool
	}{
		{"enforce refuses what is not valid", contracts.Enforce, invalid, contracts.SubSchema, false},
		{"enforce refuses what breaks a rule", contracts.Enforce, broken, contracts.SubPlaceTextNotAllowed, false},
		{"enforce refuses a number that is too large", contracts.Enforce, unmappable, contracts.SubSchema, false},
		{"warn tells what is not valid", contracts.Warn, invalid, contracts.SubSchema, true},
		{"warn tells what breaks a rule", contracts.Warn, broken, contracts.SubPlaceTextNotAllowed, true},
		{"warn cannot let a number through that is too large", contracts.Warn, unmappable, contracts.SubSchema, false},
		{"off sees nothing", contracts.Off, invalid, "", true},
		{"off sees no rule", contracts.Off, broken, "", true},
		{"off cannot let a number through that is too large", contracts.Off, unmappable, contracts.SubSchema, false},
		{"off cannot let half a message through", contracts.Off, broken[:len(broken)-30], contracts.SubSchema, false},
	}
	for _, c := range cases {
		t.Run(c.sentence, func(t *testing.T) {
			m, err := openRegistry(t, contracts.Options{Validation: c.mode}).Send().ReadEnvelope([]byte(c.envelope))
			var e *contracts.Error
			switch {
			case err == nil && c.subCode != "":
				t.Error("no error")
			case err != nil && (!errors.As(err, &e) || e.SubCode != c.subCode):
				t.Errorf("got %v", err)
			}
			if (m != nil) != c.mapped {
				t.Errorf("mapped: %v", m != nil)
			}
		})
	}
}

func TestMessagesOfTheOtherContract(t *testing.T) {
	r := openRegistry(t, contracts.Options{Validation: contracts.Off})
	var e *contracts.Error
	if m, err := r.Send().ReadEnvelope([]byte(write(t, sampleReturn()))); !errors.As(err, &e) || m != nil {
		t.Errorf("got %v, %v", m, err)
	}
	r = openRegistry(t, contracts.Options{})
	if m, err := r.Return().ReadEnvelope([]byte(write(t, sampleSend()))); !errors.As(err, &e) || m != nil {
		t.Errorf("got %v, %v", m, err)
	}
}
