package tak

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
)

// Order is a beställning: a JSON file with changes that somebody orders from whoever keeps a TAK.
type Order struct {
	Platform string
	By       string       // utförare
	Comment  string       //
	Day      routing.Date // genomförande: what is included begins on it, what is excluded ends the day before
	Included orderPart
	Excluded orderPart
}

// orderPart is what an order includes or excludes.
type orderPart struct {
	Contracts []struct {
		Namespace string `json:"namnrymd"`
		Name      string `json:"beskrivning"`
		Major     number `json:"majorVersion"`
		Minor     number `json:"minorVersion"`
	} `json:"tjanstekontrakt"`
	Receivers   []orderObject `json:"logiskadresser"`
	Components  []orderObject `json:"tjanstekomponenter"`
	Permissions []struct {
		Sender   string `json:"tjanstekonsument"`
		Receiver string `json:"logiskAdress"`
		Contract string `json:"tjanstekontrakt"`
	} `json:"anropsbehorigheter"`
	Routes []struct {
		Address   string `json:"adress"`
		Profile   string `json:"rivtaprofil"`
		Component string `json:"tjanstekomponent"`
		Receiver  string `json:"logiskAdress"`
		Contract  string `json:"tjanstekontrakt"`
	} `json:"vagval"`
}

type orderObject struct {
	HSAID string `json:"hsaId"`
	Name  string `json:"beskrivning"`
}

// number is a whole number, which orders write as 1, as 1.0 or as "1".
type number int

func (n *number) UnmarshalJSON(b []byte) error {
	var f json.Number
	if err := json.Unmarshal(bytes.Trim(b, `"`), &f); err != nil && len(bytes.Trim(b, `"`)) > 0 {
		return errNoNumber
	}
	v, err := f.Float64()
	if f != "" && (err != nil || v != float64(int(v)) || v < 0 || v > 1e6) {
		return errNoNumber
	}
	*n = number(v)
	return nil
}

// ReadOrder reads a beställning (JSON) strictly: an unknown key, a key that stands twice, a missing value and a wrong
// date are errors that name their place in the file. HSA-ids are changed to upper case.
func ReadOrder(r io.Reader) (Order, error) {
	o, err := readOrder(r)
	if err != nil {
		return Order{}, fmt.Errorf("reading the beställning: %w", err)
	}
	return o, nil
}

func readOrder(r io.Reader) (Order, error) {
	content, err := io.ReadAll(&bounded{from: r, left: maxYAML})
	if err != nil {
		return Order{}, err
	}
	content = bytes.TrimPrefix(content, []byte("\xEF\xBB\xBF"))
	var file struct {
		Platform      string    `json:"plattform"`
		FormatVersion any       `json:"formatVersion"`
		Version       any       `json:"version"`
		Ordered       string    `json:"bestallningsTidpunkt"`
		Due           string    `json:"genomforandeTidpunkt"`
		By            string    `json:"utforare"`
		Comment       string    `json:"kommentar"`
		Included      orderPart `json:"inkludera"`
		Excluded      orderPart `json:"exkludera"`
	}
	if err := DoubledKeys(content); err != nil {
		return Order{}, err
	}
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return Order{}, ofOrder(err, content, d.InputOffset())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Order{}, problemAt(lineAt(content, d.InputOffset()), "after-order")
	}
	o := Order{
		Platform: file.Platform, By: file.By, Comment: file.Comment, Included: file.Included, Excluded: file.Excluded,
	}
	var problems []error
	if o.Day, err = orderDay(file.Due); err != nil {
		problems = append(problems, err)
	}
	problems = append(append(problems, o.Included.check("inkludera")...), o.Excluded.check("exkludera")...)
	if o.Included.empty() && o.Excluded.empty() {
		problems = append(problems, errNothing)
	}
	return o, errors.Join(problems...)
}

// orderDay is the Swedish day of genomforandeTidpunkt.
func orderDay(text string) (routing.Date, error) {
	if text == "" {
		return 0, newProblem("no-day")
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05.999-0700"} {
		if at, err := time.Parse(layout, text); err == nil && at.Year() >= 1900 && at.Year() < 9000 {
			return routing.DateOf(at), nil
		}
	}
	if day, ok := swedishDay(text); ok && day != 0 {
		return day, nil
	}
	return 0, newProblem("day-no-time")
}

// ofOrder turns an error of the JSON library into a problem of ours, with the line.
func ofOrder(err error, content []byte, offset int64) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return problemAt(lineAt(content, syntax.Offset), "no-json")
	case errors.As(err, &kind):
		return problemAt(lineAt(content, kind.Offset), "wrong-type", kind.Field)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return newProblem("ends-early")
	case errors.Is(err, errNoNumber):
		return problemAt(lineAt(content, offset), errNoNumber.Code)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok { // the library has no other form for it
		return problemAt(lineAt(content, offset), "json-key-unknown", fmt.Sprintf("%.80s", name))
	}
	return problemAt(lineAt(content, offset), "wrong-form")
}

func lineAt(content []byte, offset int64) int {
	return 1 + bytes.Count(content[:min(max(offset, 0), int64(len(content)))], []byte("\n"))
}

func (p *orderPart) empty() bool {
	return len(p.Contracts)+len(p.Receivers)+len(p.Components)+len(p.Permissions)+len(p.Routes) == 0
}

// check changes ids to upper case, and reports each entry in which something is missing.
func (p *orderPart) check(part string) (problems []error) {
	need := func(list string, i int, key string, value *string, id bool) {
		if *value = strings.TrimSpace(*value); id {
			*value = routing.Fold(*value)
		}
		if *value == "" {
			problems = append(problems, newProblem("order-missing", part, list, strconv.Itoa(i+1), key))
		}
	}
	for i := range p.Contracts {
		need("tjanstekontrakt", i, "namnrymd", &p.Contracts[i].Namespace, false)
	}
	for i := range p.Receivers {
		need("logiskadresser", i, "hsaId", &p.Receivers[i].HSAID, true)
	}
	for i := range p.Components {
		need("tjanstekomponenter", i, "hsaId", &p.Components[i].HSAID, true)
	}
	for i := range p.Permissions {
		e := &p.Permissions[i]
		need("anropsbehorigheter", i, "tjanstekonsument", &e.Sender, true)
		need("anropsbehorigheter", i, "logiskAdress", &e.Receiver, true)
		need("anropsbehorigheter", i, "tjanstekontrakt", &e.Contract, false)
	}
	for i := range p.Routes {
		e := &p.Routes[i]
		need("vagval", i, "logiskAdress", &e.Receiver, true)
		need("vagval", i, "tjanstekontrakt", &e.Contract, false)
		need("vagval", i, "adress", &e.Address, false)
		e.Profile, e.Component = strings.TrimSpace(e.Profile), routing.Fold(strings.TrimSpace(e.Component))
	}
	return problems
}
