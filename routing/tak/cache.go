package tak

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"rivgate/routing"
)

// ReadCache reads the copy of a TAK that SKLTP's switch saves in a file (persistentCache). Times may have a zone or
// none, ids need not be unique, and blanks around values are removed. A copy without routes or without permissions is
// an error: it means that the TAK did not answer, not that it forbids everything.
//
// A copy that Rivgate wrote also has units, components, the tree and a checksum. A wrong checksum is an error: the
// file was damaged, or changed by hand.
func ReadCache(r io.Reader) (routing.Catalogue, error) {
	summed := newSumming(r)
	s := newScanner(summed, maxXML)
	rows := rowReader{scanner: s, strings: shared{}}
	var c routing.Catalogue
	err := s.document(func(root xml.StartElement) error {
		if root.Name != (xml.Name{Local: "persistentCache"}) {
			return s.problem("other-root")
		}
		return s.children(func(child xml.StartElement) error {
			// its namespace may be the part that is damaged
			if written := attribute(child, "sha256"); child.Name.Local == elementSum && written != "" {
				if !summed.fits(written) {
					return s.problem("damaged")
				}
				return s.skip()
			}
			err := readCached(rows, child, &c)
			summed.upTo(s.decoder.InputOffset())
			return err
		})
	})
	if err == nil {
		err = notEmpty(c)
	}
	if err != nil {
		return routing.Catalogue{}, fmt.Errorf("reading the saved copy: %w", err)
	}
	return c, nil
}

// readCached adds one child of the root to the catalogue.
func readCached(rows rowReader, child xml.StartElement, c *routing.Catalogue) error {
	switch {
	case child.Name.Space == namespaceOurs && child.Name.Local == "unit":
		c.Units = append(c.Units, unitOf(child))
		return rows.scanner.skip()
	case child.Name.Space == namespaceOurs && child.Name.Local == "parent":
		if c.Tree == nil {
			c.Tree = routing.Tree{}
		}
		c.Tree[routing.Fold(attribute(child, "of"))] = rows.strings.of(attribute(child, "is"))
		return rows.scanner.skip()
	case child.Name.Space != "" && child.Name.Space != namespaceVagval:
		return rows.scanner.skip()
	case child.Name.Local == elementRoute:
		row, err := rows.route()
		c.Routes = append(c.Routes, row)
		return err
	case child.Name.Local == elementPermission:
		permission, err := rows.permission()
		c.Permissions = append(c.Permissions, permission)
		return err
	}
	return rows.scanner.skip()
}

// notEmpty refuses a catalogue without routes or without permissions.
func notEmpty(c routing.Catalogue) error {
	switch {
	case len(c.Routes) == 0:
		return newProblem("no-routes")
	case len(c.Permissions) == 0:
		return newProblem("no-permissions")
	}
	return nil
}

func unitOf(e xml.StartElement) routing.Unit {
	return routing.Unit{
		HSAID: attribute(e, "hsaId"), Name: attribute(e, "name"), Kind: routing.UnitKind(attribute(e, "kind")),
		Region: attribute(e, "region"), Provider: attribute(e, "provider"),
		Attachments: attribute(e, "attachments") == "true", Town: attribute(e, "town"),
		Supplements: attribute(e, "supplements") == "true",
		Aliases:     routing.NewNames(strings.Split(attribute(e, "aliases"), aliasSeparator)),
	}
}

// aliasSeparator stands between a unit's aliases in one attribute. No alias contains it, since the only white space in
// a name is a single space.
const aliasSeparator = "\n"

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name == (xml.Name{Local: name}) {
			return a.Value
		}
	}
	return ""
}

// WriteCache writes a catalogue as a saved copy that SKLTP's switch can read. What the switch does not know is written
// too, in a namespace of our own. A catalogue without routes or without permissions is an error, as in ReadCache.
func WriteCache(w io.Writer, c routing.Catalogue) error {
	if err := notEmpty(c); err != nil {
		return fmt.Errorf("writing the saved copy: %w", err)
	}
	sum := sha256.New()
	out := &cacheWriter{to: bufio.NewWriter(io.MultiWriter(w, sum))}
	out.raw(xml.Header + `<persistentCache xmlns:ns2="` + namespaceVagval + `" xmlns:r="` + namespaceOurs + `">`)
	for i, row := range c.Routes {
		out.route(i+1, row)
	}
	for i, p := range c.Permissions {
		out.permission(i+1, p)
	}
	for _, u := range c.Units {
		out.unit(u)
	}
	for _, id := range slices.Sorted(maps.Keys(c.Tree)) {
		out.raw("\n" + `<r:parent of="`).text(id).raw(`" is="`).text(c.Tree[id]).raw(`"/>`)
	}
	if err := out.to.Flush(); err != nil {
		return unsaved(err)
	}
	out.raw("\n<r:" + elementSum + ` sha256="` + hex.EncodeToString(sum.Sum(nil)) + `"/>` + "\n</persistentCache>\n")
	return unsaved(out.to.Flush())
}

// cacheWriter writes piece by piece. Errors of the underlying writer are returned by Flush.
type cacheWriter struct{ to *bufio.Writer }

func (w *cacheWriter) raw(text string) *cacheWriter {
	_, _ = w.to.WriteString(text)
	return w
}

func (w *cacheWriter) text(text string) *cacheWriter {
	_ = xml.EscapeText(w.to, []byte(text))
	return w
}

func (w *cacheWriter) field(name, value string) {
	w.raw("<ns2:" + name + ">").text(value).raw("</ns2:" + name + ">")
}

func (w *cacheWriter) route(id int, row routing.Row) {
	w.raw("\n<" + elementRoute + ">")
	w.field("virtualiseringsInfoId", fmt.Sprint(id))
	w.field("receiverId", row.Receiver)
	w.field("rivProfil", cmp.Or(row.Profile, routing.RIVTABP21))
	w.field("tjansteKontrakt", row.Contract)
	w.days(row.From, row.Until)
	w.field("adress", row.Address)
	if row.Component != "" {
		w.raw("<r:component>").text(row.Component).raw("</r:component>")
	}
	if row.Signature != routing.SignatureNone {
		w.raw("<r:signature>").text(string(row.Signature)).raw("</r:signature>")
	}
	w.raw("</" + elementRoute + ">")
}

func (w *cacheWriter) permission(id int, p routing.Permission) {
	w.raw("\n<" + elementPermission + ">")
	w.field("anropsBehorighetsInfoId", fmt.Sprint(id))
	w.field("receiverId", p.Receiver)
	w.field("senderId", p.Sender)
	w.field("tjansteKontrakt", p.Contract)
	w.days(p.From, p.Until)
	for _, f := range p.Filters.List() {
		w.raw("<ns2:" + elementFilter + ">")
		w.field("serviceDomain", f.Domain)
		for _, c := range f.Categories {
			w.field("categorization", c)
		}
		w.raw("</ns2:" + elementFilter + ">")
	}
	w.raw("</" + elementPermission + ">")
}

// days writes the first moment of the first day and the last second of the last one, because VP compares moments.
func (w *cacheWriter) days(from, until routing.Date) {
	if from == 0 {
		from = always
	}
	w.field("fromTidpunkt", moment(from, 0, 0, 0))
	if until != 0 {
		w.field("tomTidpunkt", moment(until, 23, 59, 59))
	}
}

func moment(d routing.Date, hour, minute, second int) string {
	year, month, day := int(d)/10000, time.Month(int(d)/100%100), int(d)%100
	layout := "2006-01-02T15:04:05.000-07:00"
	if year < 1900 {
		layout = "2006-01-02T15:04:05" // Sweden had local solar time then, with seconds in its offset, which XML cannot write
	}
	return time.Date(year, month, day, hour, minute, second, 0, routing.Stockholm()).Format(layout)
}

func (w *cacheWriter) unit(u routing.Unit) {
	w.raw("\n" + `<r:unit hsaId="`).text(u.HSAID).raw(`" name="`).text(u.Name).raw(`" kind="`).text(string(u.Kind)).raw(
		`" region="`,
	).text(u.Region)
	w.raw(`" provider="`).text(u.Provider).raw(fmt.Sprintf(`" attachments="%t"`, u.Attachments))
	if u.Supplements {
		w.raw(` supplements="true"`)
	}
	if u.Town != "" {
		w.raw(` town="`).text(u.Town).raw(`"`)
	}
	if u.Aliases != "" {
		w.raw(` aliases="`).text(strings.Join(u.Aliases.List(), aliasSeparator)).raw(`"`)
	}
	w.raw("/>")
}
