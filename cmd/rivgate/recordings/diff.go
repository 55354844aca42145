package recordings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/recording"
)

// DiffCommand compares two recordings, folders of them, or documents.
type DiffCommand struct {
	A      string   `arg:"" help:"File or folder of recordings, or a file with an XML document." type:"path"`
	B      string   `arg:"" help:"The same of what it is compared with." type:"path"`
	Ignore []string `help:"Leave out what stands there: result/logId is every logId in a result, /Envelope/Header is meant from the root, * is any one name, @name an attribute. May be given several times." placeholder:"PATH" sep:"none"`
	Report string   `help:"Write what was found to a file too: JUnit where its name ends in .xml, JSON where in .json." placeholder:"FILE"`
}

// Help is the long form of the command's help.
func (c *DiffCommand) Help() string {
	return `Compared are elements and values: prefixes, the order of attributes, comments and white space around values count for
nothing. Two folders are compared exchange by exchange, by the names of their files. Paths that an exchange's own
exchange.yaml ignores, and its placeholders, count too. Exit code 1 where there is a difference. Numbers of persons are
hidden in what is shown.`
}

// Run compares.
func (c *DiffCommand) Run(s *cli.Session) error {
	rules, err := recording.NewRules(c.Ignore...)
	if err != nil {
		return cli.Usage("--ignore: %w", err)
	}
	if err := checkReport(c.Report); err != nil {
		return err
	}
	began := s.Now()
	report := &recording.Report{Name: "rivgate diff", Started: began, Findings: []*recording.Finding{}}
	if isRecordings(c.A) && isRecordings(c.B) {
		err = c.folders(s, rules, report)
	} else {
		err = c.documents(rules, report)
	}
	if err != nil {
		return err
	}
	report.Took = s.Now().Sub(began)
	return finish(s, report, c.Report)
}

// isRecordings tells whether a file is one of recordings, by its name, or a folder.
func isRecordings(name string) bool {
	info, err := os.Stat(name)
	return path.Ext(name) == recording.Extension || err == nil && info.IsDir()
}

func (c *DiffCommand) documents(rules recording.Rules, report *recording.Report) error {
	var texts [2][]byte
	for i, name := range []string{c.A, c.B} {
		if isRecordings(name) {
			return cli.Usage("%s holds recordings, and the other is a document: compare two of a kind", name)
		}
		text, err := cli.ReadInput(name, 1<<30)
		if err != nil {
			return cli.Usage("reading %s: %w", name, err)
		}
		texts[i] = text
	}
	report.Add(recording.Finding{
		Exchange: filepath.Base(c.A), Differences: rules.Documents(texts[0], texts[1], "", ""),
	}, 0)
	return nil
}

func (c *DiffCommand) folders(s *cli.Session, rules recording.Rules, report *recording.Report) error {
	a, err := recording.OpenFolder(c.A)
	if err != nil {
		return cli.Usage("%w", err)
	}
	defer a.Close()
	b, err := recording.OpenFolder(c.B)
	if err != nil {
		return cli.Usage("%w", err)
	}
	defer b.Close()
	if len(a.Files)+len(b.Files) == 0 {
		return cli.Usage("neither %s nor %s has recordings", c.A, c.B)
	}
	pairs := pairFiles(a.Files, b.Files)
	for i, p := range pairs {
		if s.Context.Err() != nil {
			report.Stopped, report.Left = true, len(pairs)-i
			break
		}
		s.Progress("%d of %d files", i, len(pairs))
		compareFiles(rules, report, a, b, p)
	}
	s.Progress("")
	return nil
}

// pairFiles pairs two sorted lists of files by their names; two single files are a pair whatever they are called.
func pairFiles(a, b []string) (pairs [][2]string) {
	if len(a) == 1 && len(b) == 1 {
		return [][2]string{{a[0], b[0]}}
	}
	for len(a)+len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
			pairs, a = append(pairs, [2]string{a[0], ""}), a[1:]
		case len(a) == 0 || b[0] < a[0]:
			pairs, b = append(pairs, [2]string{"", b[0]}), b[1:]
		default:
			pairs, a, b = append(pairs, [2]string{a[0], b[0]}), a[1:], b[1:]
		}
	}
	return pairs
}

// compareFiles compares the exchanges of two files by their ids; the only ones of two files are a pair.
func compareFiles(rules recording.Rules, report *recording.Report, a, b *recording.Folder, names [2]string) {
	began := time.Now()
	var files [2]*recording.File
	for i, folder := range []*recording.Folder{a, b} {
		files[i] = &recording.File{}
		if names[i] == "" {
			continue
		}
		file, err := folder.Read(names[i])
		if err != nil {
			report.Add(recording.Finding{Exchange: names[i], Failure: err.Error()}, time.Since(began))
			return
		}
		files[i] = file
	}
	name := names[0]
	if name == "" {
		name = names[1]
	}
	of := func(e *recording.Exchange) string { return recording.Place{File: name, ID: e.ID}.String() }
	left := map[string]*recording.Exchange{}
	for _, e := range files[1].Exchanges {
		left[e.ID] = e
	}
	for _, e := range files[0].Exchanges {
		other := left[e.ID]
		if len(files[0].Exchanges) == 1 && len(files[1].Exchanges) == 1 {
			other = files[1].Exchanges[0]
		}
		f := recording.Finding{Exchange: of(e)}
		if other == nil {
			f.Differences = []recording.Difference{{What: recording.OnlyInA}}
		} else {
			f.Differences = rules.Exchanges(e, other)
			delete(left, other.ID)
		}
		report.Add(f, time.Since(began))
	}
	for _, e := range files[1].Exchanges {
		if left[e.ID] != nil {
			report.Add(recording.Finding{
				Exchange: of(e), Differences: []recording.Difference{{What: recording.OnlyInB}},
			}, time.Since(began))
		}
	}
}

// checkReport refuses a name that says no form, before any work is done.
func checkReport(name string) error {
	if ending := path.Ext(name); name != "" && ending != ".xml" && ending != ".json" {
		return cli.Usage("--report %s: its name ends in .xml for JUnit or in .json for JSON", name)
	}
	return nil
}

// finish writes and shows a report, and ends the command as it deserves.
func finish(s *cli.Session, report *recording.Report, name string) error {
	if name != "" {
		var text bytes.Buffer
		var err error
		if path.Ext(name) == ".xml" {
			err = report.WriteJUnit(&text)
		} else {
			e := json.NewEncoder(&text)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			err = e.Encode(report)
		}
		if err == nil {
			err = writeWhole(name, text.Bytes())
		}
		if err != nil {
			return cli.Refused("writing --report: %w", err)
		}
	}
	if err := s.Show(report, func(w io.Writer) error { return printReport(w, report) }); err != nil {
		return err
	}
	if !report.Good() {
		return &cli.Told{Code: cli.ExitRefused}
	}
	return nil
}

// mostShown is how many findings are printed; a report has them all.
const mostShown = 200

func printReport(w io.Writer, r *recording.Report) error {
	for i, f := range r.Findings {
		if i == mostShown {
			if _, err := fmt.Fprintf(w, "… and %d more: --report FILE has them all\n", len(r.Findings)-i); err != nil {
				return err
			}
			break
		}
		if _, err := io.WriteString(w, f.Lines()); err != nil {
			return err
		}
	}
	more := ""
	if r.Failed > 0 {
		more += fmt.Sprintf(", %d failed", r.Failed)
	}
	if r.Stopped {
		more += fmt.Sprintf("; stopped, %d had no turn", r.Left)
	}
	if n := r.Same + r.Differ + r.Failed; r.Took > time.Second {
		more += fmt.Sprintf("; %.1f s, %.0f a second", r.Took.Seconds(), float64(n)/r.Took.Seconds())
	}
	_, err := fmt.Fprintf(w, "%d the same, %d different%s\n", r.Same, r.Differ, more)
	return err
}
