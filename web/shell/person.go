package shell

import (
	"net/http"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/contracts/redact"
	"rivgate/store"
	"rivgate/store/accesslog"
)

// HiddenPerson stands where the name of a protected identity would.
const HiddenPerson = redact.Name

// protectedDetail is how the access log says that a protected identity was shown.
const protectedDetail = "protected identity"

// AsksProtected tells whether a request asks to see a protected identity: protected=show, in a page's address as in the
// API.
func AsksProtected(r *http.Request) bool { return r.URL.Query().Get("protected") == "show" }

// ShownDetail is detail for the access log, with a word of its own where a protected identity is shown.
func ShownDetail(detail string, c store.Case, shown bool) string {
	if c.Protected && shown {
		return accesslog.AddDetail(detail, protectedDetail)
	}
	return detail
}

// Shielded is a case as it is shown: without the names and numbers of a protected identity, unless they were asked for.
// Age and role stay, which tell nobody apart.
func Shielded(c store.Case, shown bool) store.Case {
	if !c.Protected || shown {
		return c
	}
	c.Facts.ReporterID, c.Facts.ReporterName = "", HiddenPerson
	c.Facts.PatientID = ""
	if c.Facts.PatientName != "" {
		c.Facts.PatientName = HiddenPerson
	}
	return c
}

// ShieldedAll is shielded for a list, which never shows a protected identity.
func ShieldedAll(cases []store.Case) []store.Case {
	for i := range cases {
		cases[i] = Shielded(cases[i], false)
	}
	return cases
}

// TypedPerson is an identity as somebody typed or pasted it, with the kind that its form tells.
func (s *Site) TypedPerson(typed string) contracts.PersonID {
	return identity.Parse(typed, Swedish(s.Clock()))
}

// IsIdentity tells whether an identity that was typed can be somebody's: regions' own numbers may have any form.
func IsIdentity(id string) bool { return len(id) >= 6 && len(identity.Keys(id)) > 0 }
