// Package identity says what a person's number is and how text is compared: the one place for both. It finds, checks,
// masks, compares, prints and reads the identities that the contracts take. It knows no message, no database and no
// clock.
package identity

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"
)

// OIDs of the kinds of identity. A region's own reserve numbers stand under the region's OID, which may be any other.
const (
	OIDHSAID        = "1.2.752.129.2.1.4.1"
	OIDPersonnummer = "1.2.752.129.2.1.3.1" // personal identity number
	OIDSamordning   = "1.2.752.129.2.1.3.3" // coordination number: the day of birth plus 60
	OIDReserve      = "1.2.752.74.9.1"      // national reserve identity
)

// TypeUnnumbered is the type of an identity of ours for a reporter who gave no number: no OID, and each names one case
// alone. It holds a place on the wire, which takes no case without a reporter's identity, and says nothing of anybody.
const TypeUnnumbered = "urn:rivgate:identity:unnumbered"

// unnumberedSize is how many letters and digits (RFC 4648, base 32) an identity of TypeUnnumbered has after its U.
const unnumberedSize = 11

// Unnumbered is the identity of a reporter who gave no number, made of a random text of a case's own, such as
// rand.Text gives: the same text makes the same identity.
func Unnumbered(text string) Person {
	sum := sha256.Sum256([]byte(TypeUnnumbered + "\x00" + text))
	return Person{ID: "U" + base32.StdEncoding.EncodeToString(sum[:])[:unnumberedSize], Type: TypeUnnumbered}
}

// IsUnnumbered tells whether an identity is of a reporter who gave no number.
func (p Person) IsUnnumbered() bool { return p.Type == TypeUnnumbered }

func unnumberedForm(s string) bool {
	return len(s) == 1+unnumberedSize && s[0] == 'U' && strings.Trim(s[1:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// Person is RIV-TA's PersonIdType: Type is the OID of the kind of identity.
type Person struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// Label is the Swedish name of the kind of identity, as pages show it. Where the kind is not known, the form tells it.
func (p Person) Label() string {
	switch p.kind() {
	case OIDPersonnummer:
		return "Personnummer"
	case OIDSamordning:
		return "Samordningsnummer"
	case OIDReserve:
		return "Nationell reservidentitet"
	case OIDHSAID:
		return "HSA-id"
	case TypeUnnumbered:
		return "Utan nummer"
	case "":
		return "Identitet"
	}
	return "Regional identitet"
}

// kind is the OID of an identity; for one without, what its form can be.
func (p Person) kind() string {
	if p.Type != "" {
		return p.Type
	}
	return kindOf(Key(p.ID))
}

// kindOf is the OID that the form of an identity without separators tells; "" where the form tells none.
func kindOf(key string) string {
	switch {
	case len(key) != 12:
		return ""
	case digits(key) && plausible(key):
		if key[6] >= '6' {
			return OIDSamordning
		}
		return OIDPersonnummer
	case !digits(key) && reserveForm(key) && isDigit(key[0]):
		return OIDReserve
	}
	return ""
}

// Print is an identity as people read and copy it: as it came, composed, without invisible characters.
func (p Person) Print() string {
	return strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, NFC(p.ID))
}

// Masked is an identity of which the last part is hidden: YYYYMMDD-**** where it holds a day of birth, else **** alone;
// "" of who gave no number.
func (p Person) Masked() string {
	switch {
	case strings.TrimSpace(p.ID) == "", p.IsUnnumbered():
		return ""
	case p.numbered():
		return p.ID[:8] + "-****"
	}
	return "****"
}

// numbered tells whether an identity is twelve digits of a kind that begins with a day.
func (p Person) numbered() bool {
	if len(p.ID) != 12 || !digits(p.ID) {
		return false
	}
	kind := p.kind()
	return kind == OIDPersonnummer || kind == OIDSamordning
}

// BirthDate is the day of birth, YYYYMMDD, that a personal identity number or a coordination number holds; "" for other
// identities and where the number holds no whole day.
func (p Person) BirthDate() string {
	if !p.numbered() {
		return ""
	}
	day := []byte(p.ID[:8])
	if day[6] >= '6' {
		day[6] -= 6 // a coordination number has 60 added to the day
	}
	if !isDay(string(day)) {
		return ""
	}
	return string(day)
}

// Sex is the code of KV Kön, 1 for a man and 2 for a woman, that a personal identity number or a coordination number
// tells by its last digit but one; "" for other identities, reserve numbers among them, and for a number that is wrong.
func (p Person) Sex() string {
	number := Person{ID: Key(p.ID), Type: p.Type}
	number.Type = number.kind()
	if !number.numbered() || number.Check() != Right {
		return ""
	}
	if (number.ID[10]-'0')%2 == 1 {
		return "1"
	}
	return "2"
}

// Same tells whether two identities are the same, however they were written. Their kinds are not compared: many systems
// state none.
func Same(a, b string) bool { return Key(a) == Key(b) }

// Key is what identities are compared and found by: without blanks, dashes and invisible characters, letters in
// capitals.
func Key(id string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case isSeparator(r):
			return -1
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, NFC(id))
}

// isDay tells whether eight digits are a day of the calendar.
func isDay(s string) bool {
	_, err := time.Parse("20060102", s)
	return err == nil && digits(s)
}

func digits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
