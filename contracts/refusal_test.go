package contracts

import (
	"strings"
	"testing"
)

func TestRefusals(t *testing.T) {
	cases := []struct {
		refusal *Error
		code    string
		subCode string
	}{
		{DuplicateContentMismatch(), ValidationError, "DUPLICATE_CONTENT_MISMATCH"},
		{RecipientMismatch(), ValidationError, "RECIPIENT_MISMATCH"},
		{FieldMissing("a/b", "Ange b som hör till a."), ValidationError, "FIELD_MISSING"},
		{TextMissing("a/b", "Skriv en text i b."), ValidationError, "TEXT_MISSING"},
		{ClassificationMissing("a/b", "Ange huvudproblemet."), ValidationError, "CLASSIFICATION_MISSING"},
		{NotAllowed("a/b", "Utelämna uppgiften."), ValidationError, "SCHEMA"},
		{UnknownCase(), ApplicationError, "UNKNOWN_CASE"},
		{CaseClosed(), ApplicationError, "CASE_CLOSED"},
		{NotCurrentHandler(), ApplicationError, "NOT_CURRENT_HANDLER"},
		{NoOpenQuestion(), ApplicationError, "NO_OPEN_QUESTION"},
		{AttachmentNotAllowed(), ApplicationError, "ATTACHMENT_NOT_ALLOWED"},
		{RegionNotActive(), ApplicationError, "REGION_NOT_ACTIVE"},
		{IncidentUnitNotAllowed(), ValidationError, "INCIDENT_UNIT_NOT_ALLOWED"},
		{NoWayToRecipient(), ValidationError, "RECIPIENT_MISMATCH"},
	}
	for _, c := range cases {
		if c.refusal.Code != c.code || c.refusal.SubCode != c.subCode || len(strings.Fields(c.refusal.Message)) < 5 {
			t.Errorf("%+v", c.refusal)
		}
		if c.subCode != "" && CodeOf(c.subCode) != c.code {
			t.Errorf("%s belongs to %q", c.subCode, CodeOf(c.subCode))
		}
		got := c.refusal.Result("log-1")
		if got.Code != ERROR || got.ErrorCode != c.code || got.SubCode != c.subCode || got.LogID != "log-1" {
			t.Errorf("%+v", got)
		}
	}
	if CodeOf(SubOutOfOrder) != "" || CodeOf("OTHER") != "" {
		t.Error("what is no error has an error code")
	}
	if r := OutOfOrder("log-1"); r.Code != INFO || r.ErrorCode != "" || r.SubCode != "OUT_OF_ORDER" || r.Message == "" {
		t.Errorf("%+v", r)
	}
	if r := Accepted("log-1"); r != (Result{Code: OK, LogID: "log-1"}) {
		t.Errorf("%+v", r)
	}
}

func TestResultTellsWhere(t *testing.T) {
	e := &Error{SubCode: SubSchema, Message: "Fel.", Path: "A/b", Line: 3, Column: 14}
	if got := e.Result("").Message; got != "Fel. (A/b, rad 3, tecken 14)" {
		t.Errorf("got %q", got)
	}
	e.Path = ""
	if got := e.Result("").Message; got != "Fel. (rad 3, tecken 14)" {
		t.Errorf("got %q", got)
	}
	e.Line = 0
	if got := e.Result("").Message; got != "Fel." {
		t.Errorf("got %q", got)
	}
}
