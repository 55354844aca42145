package casefile

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"rivgate/contracts/identity"
)

// Measures of a page, in millimetres and points.
const (
	margin    = 20
	labelWide = 42
	lineHigh  = 5.2
	textSize  = 10
	smallSize = 8.5
)

// pagesMark stands for the number of pages until that is known. No font has this character, so drawn lets no text of a
// case have it.
const pagesMark = "\uE000"

// paper is a PDF under way.
type paper struct {
	*fpdf.Fpdf
	font   *sfnt.Font
	buffer sfnt.Buffer
}

// WritePDF writes the case as a PDF on A4, in Swedish: what it is about, then its time line. Its text can be searched
// and copied. A character that the font has no picture of is written as its number in brackets, [U+1F600], so that
// nothing is lost. The same case gives the same bytes.
func WritePDF(w io.Writer, c Case) error {
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return fmt.Errorf("writing case as PDF: %w", err)
	}
	p := &paper{Fpdf: fpdf.New("P", "mm", "A4", ""), font: font}
	p.SetCatalogSort(true)
	p.SetCreationDate(c.Exported)
	p.SetModificationDate(c.Exported)
	p.SetLang("sv")
	p.AddUTF8FontFromBytes("go", "", goregular.TTF)
	p.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(true, margin)
	p.AliasNbPages(pagesMark)
	p.SetFooterFunc(func() {
		p.SetY(-margin + 5)
		p.SetFont("go", "", smallSize)
		p.CellFormat(0, lineHigh, p.drawn(footer(c, p.PageNo()))+pagesMark, "", 0, "L", false, 0, "")
	})
	p.AddPage()
	p.about(c)
	p.heading(headEntries)
	for _, e := range c.Entries {
		p.entry(e)
	}
	if err := p.Output(w); err != nil {
		return fmt.Errorf("writing case as PDF: %w", err)
	}
	return nil
}

func (c Case) name() string {
	if c.Reference != "" {
		return c.Reference
	}
	return c.ID
}

// about is the head of the document.
func (p *paper) about(c Case) {
	p.SetFont("go", "B", 16)
	p.MultiCell(0, 8, p.drawn(fmt.Sprintf(headCase, c.name())), "", "L", false)
	p.Ln(2)
	p.row(labelRegistration, c.Registration)
	p.row(labelUnit, c.Unit.Name+" ("+c.Unit.HSAID+")")
	p.row(labelState, c.State)
	p.row(labelReceived, stamp(c.Received))
	p.row(labelDue, stamp(c.Due))
	p.row(labelClosed, stamp(c.Closed))
	p.row(labelExternal, c.External)
	p.row(labelDate, c.Incident.Date)
	p.row(labelIncident, c.Incident.Unit)
	p.row(labelPlace, c.Incident.Place)
	p.row(labelExperienced, strings.Join(c.Experienced, ", "))
	p.row(labelReplyWish, c.ReplyWish)
	p.row(labelMainProblems, strings.Join(c.Problems, ", "))
	p.row(labelArea, c.Area)
	p.heading(headReporter)
	p.person(c.Reporter)
	if c.Patient != nil {
		p.heading(headPatient)
		p.person(*c.Patient)
	}
}

func (p *paper) person(who Person) {
	p.row(labelName, who.Name)
	p.row(cmp.Or(who.Label, labelID), who.ID)
	p.row(labelBirth, who.Birth)
	p.row(labelRole, who.Role)
	p.row(labelTelecom, who.Telecom)
	p.row(labelEmail, who.Email)
	p.row(labelAddress, who.Address)
	p.row(labelAuthority, who.Authority)
}

// entry is one line of the time line.
func (p *paper) entry(e Entry) {
	p.Ln(2)
	p.SetFont("go", "B", textSize)
	p.MultiCell(0, lineHigh, p.drawn(e.Title), "T", "L", false)
	p.SetFont("go", "", smallSize)
	facts := stamp(e.At)
	for _, fact := range []struct{ label, value string }{{labelFrom, e.From}, {labelTo, e.To}} {
		if fact.value != "" {
			facts += " · " + fact.label + " " + fact.value
		}
	}
	p.MultiCell(0, lineHigh, p.drawn(facts), "", "L", false)
	p.SetFont("go", "", textSize)
	if e.Text != "" {
		p.MultiCell(0, lineHigh, p.drawn(e.Text), "", "L", false)
	}
	p.row(labelProblems, strings.Join(e.Problems, ", "))
	p.row(labelArea, e.Area)
	for _, f := range e.Files {
		p.row(labelFile, fileWords(f))
	}
	p.row(labelDelivery, e.Delivery)
}

func (p *paper) heading(text string) {
	p.Ln(4)
	p.SetFont("go", "B", 12)
	p.MultiCell(0, 7, p.drawn(text), "", "L", false)
}

// row is a label with its value; nothing without a value.
func (p *paper) row(label, value string) {
	if value == "" {
		return
	}
	p.SetFont("go", "B", smallSize)
	y := p.GetY()
	if _, height := p.GetPageSize(); y+lineHigh > height-margin {
		p.AddPage()
		y = p.GetY()
	}
	page := p.PageNo()
	p.MultiCell(labelWide, lineHigh, p.drawn(label), "", "L", false)
	below := p.GetY()
	p.SetPage(page)
	p.SetXY(margin+labelWide, y)
	p.SetFont("go", "", textSize)
	p.MultiCell(0, lineHigh, p.drawn(value), "", "L", false)
	if p.PageNo() == page && p.GetY() < below {
		p.SetY(below)
	}
}

// drawn is a text in characters that the font has.
func (p *paper) drawn(text string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(identity.NFC(text), "\r\n", "\n") {
		switch {
		case r == '\n', r == ' ':
			b.WriteRune(r)
		case r == '\t':
			b.WriteString("    ")
		case r > 0xFFFF || r < ' ' || !p.has(r):
			fmt.Fprintf(&b, "[U+%04X]", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (p *paper) has(r rune) bool {
	glyph, err := p.font.GlyphIndex(&p.buffer, r)
	return err == nil && glyph != 0
}

// stamp is a moment as it is written in a document; "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04")
}
