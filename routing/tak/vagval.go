package tak

import (
	"encoding/xml"
	"strings"
	"time"

	"rivgate/routing"
)

// Namespaces of catalogue files.
const (
	namespaceVagval = "urn:skl:tp:vagvalsinfo:v2"    // SokVagvalsInfo, and the saved copy
	namespaceOurs   = "urn:rivgate:catalogue:1"      // what we add to the saved copy; VP ignores it
	namespaceHSA    = "urn:riv:hsa:HsaWsResponder:3" // files of the HSA tree
)

// Elements of SokVagvalsInfo version 2 and of the saved copy.
const (
	elementRoute      = "virtualiseringsInfo"
	elementPermission = "anropsBehorighetsInfo"
	elementFilter     = "filterInfo" // of a permission
)

// always is written as the first day of a row that has none, since VP reads only rows with a first day.
const always routing.Date = 19700101

// rowReader reads the elements virtualiseringsInfo and anropsBehorighetsInfo. SOAP answers and the saved copy have the
// same ones.
type rowReader struct {
	scanner *scanner
	strings shared
}

// fields reads the present element's simple children in our or no namespace by local name, and its filters. The ids
// are not unique and of no use; they are passed over with all that is unknown.
func (r rowReader) fields() (map[string]string, []routing.Filter, int, error) {
	line := r.scanner.line()
	known := map[string]string{}
	var filters []routing.Filter
	err := r.scanner.children(func(child xml.StartElement) error {
		name := child.Name.Local
		if name == elementFilter && (child.Name.Space == "" || child.Name.Space == namespaceVagval) {
			f, err := r.filter()
			filters = append(filters, f)
			return err
		}
		switch name {
		case "receiverId", "senderId", "rivProfil", "tjansteKontrakt", "fromTidpunkt", "tomTidpunkt", "adress", "component",
			"signature":
		default:
			return r.scanner.skip()
		}
		if space := child.Name.Space; space != "" && space != namespaceVagval &&
			(space != namespaceOurs || name != "component" && name != "signature") {
			return r.scanner.skip()
		}
		if _, twice := known[name]; twice {
			return r.scanner.problem("key-twice", name)
		}
		text, err := r.scanner.text()
		known[name] = r.strings.of(text)
		return err
	})
	return known, filters, line, err
}

// filter reads one filterInfo element.
func (r rowReader) filter() (f routing.Filter, err error) {
	err = r.scanner.children(func(child xml.StartElement) error {
		ours := child.Name.Space == "" || child.Name.Space == namespaceVagval
		switch {
		case ours && child.Name.Local == "serviceDomain":
			if f.Domain != "" {
				return r.scanner.problem("key-twice", child.Name.Local)
			}
			text, err := r.scanner.text()
			f.Domain = r.strings.of(text)
			return err
		case ours && child.Name.Local == "categorization":
			text, err := r.scanner.text()
			f.Categories = append(f.Categories, r.strings.of(text))
			return err
		}
		return r.scanner.skip()
	})
	if err == nil && f.Domain == "" {
		err = r.scanner.problem("filter-missing")
	}
	return f, err
}

func (r rowReader) route() (routing.Row, error) {
	f, _, line, err := r.fields()
	if err != nil {
		return routing.Row{}, err
	}
	row := routing.Row{
		Contract: f["tjansteKontrakt"], Receiver: f["receiverId"], Address: f["adress"], Profile: f["rivProfil"],
		Component: f["component"], Signature: routing.SignatureOf(f["signature"]), Line: line,
	}
	if row.Contract == "" || row.Receiver == "" {
		return row, r.scanner.problem("route-missing")
	}
	row.From, row.Until, err = r.days(f)
	return row, err
}

func (r rowReader) permission() (routing.Permission, error) {
	f, filters, line, err := r.fields()
	if err != nil {
		return routing.Permission{}, err
	}
	p := routing.Permission{Contract: f["tjansteKontrakt"], Sender: f["senderId"], Receiver: f["receiverId"], Line: line}
	p.Filters = routing.Filters(r.strings.of(string(routing.NewFilters(filters)))) // the same in thousands of rows
	if p.Contract == "" || p.Sender == "" || p.Receiver == "" {
		return p, r.scanner.problem("permission-missing")
	}
	p.From, p.Until, err = r.days(f)
	return p, err
}

func (r rowReader) days(f map[string]string) (from, until routing.Date, err error) {
	from, ok := swedishDay(f["fromTidpunkt"])
	if !ok {
		return 0, 0, r.scanner.problem("no-time", "fromTidpunkt")
	}
	until, ok = swedishDay(f["tomTidpunkt"])
	if !ok {
		return 0, 0, r.scanner.problem("no-time", "tomTidpunkt")
	}
	if from <= always {
		from = 0
	}
	return from, until, nil
}

// swedishDay is the day of an xs:dateTime or xs:date. Without a zone it is the day as written, with one the day that it
// is in Sweden at that moment. An empty text gives no day, and a year after 9999 the last day of 9999.
func swedishDay(text string) (routing.Date, bool) {
	if text == "" {
		return 0, true
	}
	day, _, timed := strings.Cut(text, "T")
	if timed {
		if moment, err := time.Parse(time.RFC3339, text); err == nil { // RFC3339 accepts fractions of a second too
			date := min(routing.DateOf(moment), 99991231)
			return date, date > 10000
		}
		if _, err := time.Parse("2006-01-02T15:04:05", text); err != nil {
			return 0, false
		}
	} else if len(day) > len(time.DateOnly) { // a date may have a zone, which does not move it
		if _, err := time.Parse("2006-01-02Z07:00", day); err != nil {
			return 0, false
		}
		day = day[:len(time.DateOnly)]
	}
	date, err := routing.ParseDate(day)
	return date, err == nil
}
