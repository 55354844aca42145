// Package casefile writes one case as a document that outlives the gateway: a PDF for people, XML with a schema for the
// archive's system, and a package with both, the messages as they came, and their attachments.
//
// It writes what it is given. It does not know where cases are kept, who may have them, or what the words in them mean.
package casefile

import (
	_ "embed"
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// Namespace is that of the XML.
const Namespace = "urn:rivgate:casefile:1"

// Schema is the XML Schema of the XML.
//
//go:embed casefile.xsd
var Schema []byte

// Case is everything of one case. Times are written with the offset that they have.
type Case struct {
	XMLName      xml.Name  `xml:"urn:rivgate:casefile:1 case"`
	ID           string    `xml:"id"`                     // the gateway's
	Reference    string    `xml:"reference,omitempty"`    // 1177's caseId
	External     string    `xml:"external,omitempty"`     // the handling system's id
	Registration string    `xml:"registration,omitempty"` // diarienummer
	State        string    `xml:"state"`
	Unit         Unit      `xml:"unit"`
	Received     time.Time `xml:"received"`
	Due          time.Time `xml:"due"`
	Closed       time.Time `xml:"-"` // zero: open
	ClosedAt     string    `xml:"closed,omitempty"`
	Reporter     Person    `xml:"reporter"`
	Patient      *Person   `xml:"patient"` // nil: the reporter
	Incident     Incident  `xml:"incident"`
	Experienced  []string  `xml:"experienced"`
	ReplyWish    string    `xml:"replyWish,omitempty"` // how the reporter wants to be answered, in Swedish
	Problems     []string  `xml:"problem"`
	Area         string    `xml:"area,omitempty"`
	Entries      []Entry   `xml:"entry"`
	Exported     time.Time `xml:"exported"`
	ExportedBy   string    `xml:"exportedBy"`
}

// Unit is a care unit or a patient board.
type Unit struct {
	HSAID string `xml:"hsaId,attr"`
	Name  string `xml:"name,attr"`
}

// Person is who reported, or whom it is about.
type Person struct {
	ID        string `xml:"id,omitempty"`
	Label     string `xml:"idKind,omitempty"` // what kind of identity it is, in Swedish
	Name      string `xml:"name,omitempty"`
	Birth     string `xml:"birth,omitempty"`
	Role      string `xml:"role,omitempty"`
	Telecom   string `xml:"telecom,omitempty"`
	Email     string `xml:"email,omitempty"`
	Address   string `xml:"address,omitempty"`
	Authority string `xml:"authority,omitempty"` // how a power of attorney was checked
}

// Incident is what happened where and when.
type Incident struct {
	Date  string `xml:"date,omitempty"`
	Unit  string `xml:"unit,omitempty"`
	Place string `xml:"place,omitempty"`
}

// The kinds of Entry.
const (
	KindMessage = "message" // came or went over the line
	KindNote    = "note"    // a service note (tjänsteanteckning)
	KindEvent   = "event"   // assigned, parked, registered …
)

// Entry is one line of the case's time line.
type Entry struct {
	Kind     string    `xml:"kind,attr"`
	At       time.Time `xml:"at,attr"`
	Title    string    `xml:"title"`
	From     string    `xml:"from,omitempty"`
	To       string    `xml:"to,omitempty"`
	Text     string    `xml:"text,omitempty"`
	Problems []string  `xml:"problem"`
	Area     string    `xml:"area,omitempty"`
	Delivery string    `xml:"delivery,omitempty"` // where the message is, in words
	Original string    `xml:"original,omitempty"` // path of the message as it came, inside the package
	Files    []File    `xml:"file"`
}

// File is an attachment.
type File struct {
	Name      string `xml:"name"`
	Path      string `xml:"path,omitempty"` // inside the package; "" where only a reference came
	MediaType string `xml:"mediaType,omitempty"`
	Size      int64  `xml:"size"` // bytes
	SHA256    string `xml:"sha256,omitempty"`
}

// WriteXML writes the case as XML, valid by Schema. Characters that XML cannot hold become U+FFFD.
func WriteXML(w io.Writer, c Case) error {
	if !c.Closed.IsZero() {
		c.ClosedAt = c.Closed.Format(time.RFC3339)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("writing case as XML: %w", err)
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	err := e.Encode(c)
	if err == nil {
		err = e.Close()
	}
	if err == nil {
		_, err = io.WriteString(w, "\n")
	}
	if err != nil {
		return fmt.Errorf("writing case as XML: %w", err)
	}
	return nil
}
