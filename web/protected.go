package web

import (
	"net/http"

	"rivgate/contracts/redact"
	"rivgate/store"
)

// hiddenPerson stands where the name of a protected identity would.
const hiddenPerson = redact.Name

// protectedDetail is how the access log says that a protected identity was shown.
const protectedDetail = "protected identity"

// asksProtected tells whether a request asks to see a protected identity: protected=show, in a page's address as in the API.
func asksProtected(r *http.Request) bool { return r.URL.Query().Get("protected") == "show" }

// shownDetail is detail for the access log, with a word of its own where a protected identity is shown.
func shownDetail(detail string, c store.Case, shown bool) string {
	if c.Protected && shown {
		return detail + ", " + protectedDetail
	}
	return detail
}

// shielded is a case as it is shown: without the names and numbers of a protected identity, unless they were asked for. Age and role stay, which tell nobody apart.
func shielded(c store.Case, shown bool) store.Case {
	if !c.Protected || shown {
		return c
	}
	c.Facts.ReporterID, c.Facts.ReporterName = "", hiddenPerson
	c.Facts.PatientID = ""
	if c.Facts.PatientName != "" {
		c.Facts.PatientName = hiddenPerson
	}
	return c
}

// shieldedAll is shielded for a list, which never shows a protected identity.
func shieldedAll(cases []store.Case) []store.Case {
	for i := range cases {
		cases[i] = shielded(cases[i], false)
	}
	return cases
}
