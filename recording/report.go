package recording

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Report is what came of many exchanges.
type Report struct {
	Name     string        `json:"name"`
	Started  time.Time     `json:"started"`
	Took     time.Duration `json:"-"`
	Stopped  bool          `json:"stopped,omitempty"` // it ended before all exchanges had their turn
	Same     int           `json:"same"`
	Differ   int           `json:"different"`
	Failed   int           `json:"failed"`
	Left     int           `json:"left,omitempty"` // exchanges or files that had no turn
	Findings []*Finding    `json:"findings"`       // of exchanges that are not the same

	cases []reportCase
}

// Finding is an exchange that is not the same, or of which that is not known.
type Finding struct {
	Exchange    string       `json:"exchange"`
	Differences []Difference `json:"differences,omitempty"`
	Failure     string       `json:"failure,omitempty"` // why nothing could be compared
}

type reportCase struct {
	name    string
	took    time.Duration
	finding *Finding // nil: it is the same
}

// Add notes an exchange: the same where the finding has neither difference nor failure.
func (r *Report) Add(f Finding, took time.Duration) {
	c := reportCase{name: f.Exchange, took: took}
	switch {
	case f.Failure != "":
		r.Failed++
	case len(f.Differences) > 0:
		r.Differ++
	default:
		r.Same++
	}
	if f.Failure != "" || len(f.Differences) > 0 {
		c.finding = &f
		r.Findings = append(r.Findings, c.finding)
	}
	r.cases = append(r.cases, c)
}

// Sort puts all in the order of the exchanges' names, as they are read; calls beside each other end in any order.
func (r *Report) Sort() {
	slices.SortStableFunc(r.Findings, func(a, b *Finding) int { return strings.Compare(a.Exchange, b.Exchange) })
	slices.SortStableFunc(r.cases, func(a, b reportCase) int { return strings.Compare(a.name, b.name) })
}

// Good tells whether all exchanges had their turn and were the same.
func (r *Report) Good() bool { return r.Differ+r.Failed == 0 && !r.Stopped }

// Lines are the finding for people, one difference a line.
func (f Finding) Lines() string {
	if f.Failure != "" {
		return f.Exchange + ": " + f.Failure + "\n"
	}
	var b strings.Builder
	for _, d := range f.Differences {
		fmt.Fprintf(&b, "%s: %s\n", f.Exchange, d)
	}
	return b.String()
}

// WriteJUnit writes the report as JUnit's XML, one test case an exchange.
func (r *Report) WriteJUnit(w io.Writer) error {
	type detail struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type testCase struct {
		Name    string  `xml:"name,attr"`
		Class   string  `xml:"classname,attr"`
		Seconds string  `xml:"time,attr"`
		Failure *detail `xml:"failure"`
		Error   *detail `xml:"error"`
	}
	type suite struct {
		XMLName  xml.Name   `xml:"testsuite"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
		Seconds  string     `xml:"time,attr"`
		Started  string     `xml:"timestamp,attr"`
		Cases    []testCase `xml:"testcase"`
		Note     string     `xml:"system-out,omitempty"`
	}
	seconds := func(d time.Duration) string { return fmt.Sprintf("%.6f", d.Seconds()) }
	out := suite{
		Name: r.Name, Tests: len(r.cases), Failures: r.Differ, Errors: r.Failed, Seconds: seconds(r.Took),
		Started: r.Started.UTC().Format("2006-01-02T15:04:05"),
	}
	if r.Stopped {
		out.Note = fmt.Sprintf("stopped: %d had no turn", r.Left)
	}
	for _, c := range r.cases {
		t := testCase{Name: c.name, Class: r.Name, Seconds: seconds(c.took)}
		if f := c.finding; f != nil {
			d := &detail{Message: strings.TrimSpace(strings.SplitN(f.Lines(), "\n", 2)[0]), Text: f.Lines()}
			if f.Failure != "" {
				t.Error = d
			} else {
				t.Failure = d
			}
		}
		out.Cases = append(out.Cases, t)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
