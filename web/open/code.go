package open

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/google/uuid"

	"rivgate/contracts/identity"
)

// A code is twenty letters and digits (RFC 4648, base 32), a hundred bits, in groups of four.
const (
	codeSize  = 20
	codeGroup = 4
	alphabet  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
)

// ticket is a random text that a form carries, from which all that its case needs is made. So a form that is sent twice
// makes one case, and its code is shown again. Of the ticket nothing is kept.
type ticket string

// newTicket is a ticket of 130 bits.
func newTicket() ticket { return ticket(rand.Text()) }

// sound tells whether a text can be a ticket of ours.
func (t ticket) sound() bool {
	return len(t) == len(newTicket()) && strings.Trim(string(t), alphabet) == ""
}

// sum is what is made of a ticket for a use. No use tells another.
func (t ticket) sum(use string) [sha256.Size]byte {
	return sha256.Sum256([]byte("rivgate open page\x00" + use + "\x00" + string(t)))
}

// code is the code by which the case is followed.
func (t ticket) code() string {
	sum := t.sum("code")
	var b strings.Builder
	for i := range codeSize {
		b.WriteByte(alphabet[sum[i]%byte(len(alphabet))]) // 32 divides 256: each letter is as likely
	}
	return b.String()
}

// message is the extension of the complaint's message id.
func (t ticket) message() string {
	sum := t.sum("message")
	id, _ := uuid.FromBytes(sum[:16]) // sixteen bytes are an id
	return id.String()
}

// reporter is the identity that stands in the reporter's place.
func (t ticket) reporter() identity.Person {
	sum := t.sum("reporter")
	return identity.Unnumbered(hex.EncodeToString(sum[:]))
}

// digestOf is what is kept of a code. A code has so many bits that its plain digest cannot be tried.
func digestOf(code string) string {
	sum := sha256.Sum256([]byte("rivgate open code\x00" + code))
	return hex.EncodeToString(sum[:])
}

// readCode is a code as it was typed: in letters of any case, with blanks and dashes, and with the digits 0, 1 and 8
// for the letters that look like them. "" where it can be none.
func readCode(typed string) string {
	code := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '\u00a0', '\u2013', '\t':
			return -1
		case '0':
			return 'O'
		case '1':
			return 'I'
		case '8':
			return 'B'
		}
		return r
	}, strings.ToUpper(typed))
	if len(code) != codeSize || strings.Trim(code, alphabet) != "" {
		return ""
	}
	return code
}

// printCode is a code in groups.
func printCode(code string) string {
	var groups []string
	for ; len(code) > codeGroup; code = code[codeGroup:] {
		groups = append(groups, code[:codeGroup])
	}
	return strings.Join(append(groups, code), "-")
}
