// Package recordings is the nouns of the command line that work on recorded exchanges: record, redact, replay and diff.
// They need no store, and no configuration but for the names of headers.
//
// It does not know how a recording is written, compared or cleaned: package recording does.
package recordings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"rivgate/cmd/rivgate/cli"
	"rivgate/contracts/redact"
	"rivgate/recording"
)

// RedactCommand takes persons out of recordings, or finds what was left.
type RedactCommand struct {
	Dir      string `arg:"" help:"Folder of recordings, with all that is below it, or one file." type:"path"`
	Check    bool   `help:"Change nothing: list each number of a person that is no test number, with its file, exchange and place. Exit code 1 where there is one."`
	HSAIDs   string `name:"hsa-ids" help:"${enum}: HSA-ids stay, or become test ids." enum:"keep,replace" default:"keep"`
	LeaveOut bool   `help:"Leave requests and responses out that are no XML, of which nothing can be kept; else they are an error."`
}

// Help is the long form of the command's help.
func (c *RedactCommand) Help() string {
	return `Personal numbers become Skatteverket's published test numbers, by a map that is the same in the whole folder. When those
are used up they become numbers that nobody can have: their birth number is 000, and Skatteverket gives 001 to 999. A
child's become a child's; coordination numbers and wrong check digits stay what they are. A number that is a test number
stays, so that redacting twice changes nothing. Reserve identities become 00 and X. Names, telephones, mail addresses and
texts become Swedish of as many characters; files become the smallest of their type. Headers that nobody knows lose their
values.

The map is in memory alone: a file with it would be a list of persons. All files are written when all could be redacted, and
none where one could not. Files that are no recordings have their numbers replaced, and nothing else.

--check looks into base64 too: as bytes, in UTF-16, and in compressed streams as PDFs have them. It cannot see into
pictures or what is encrypted, and it knows numbers, not names.`
}

// largestOther is how many bytes of a file that is no recording are looked at.
const largestOther = 1 << 30

// Run redacts, or checks.
func (c *RedactCommand) Run(s *cli.Session) error {
	folder, err := recording.OpenFolder(c.Dir)
	if err != nil {
		return cli.Usage("%w", err)
	}
	defer folder.Close()
	others, err := c.others()
	if err != nil {
		return cli.Usage("%w", err)
	}
	if len(folder.Files)+len(others) == 0 {
		return cli.Usage("%s has no files", c.Dir)
	}
	if c.Check {
		return c.check(s, folder, others)
	}
	return c.redact(s, folder, others)
}

// others are the files below the folder that are no recordings.
func (c *RedactCommand) others() (files []string, err error) {
	if info, err := os.Stat(c.Dir); err != nil || !info.IsDir() {
		return nil, err
	}
	err = filepath.WalkDir(c.Dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(d.Name(), ".") && name != c.Dir && d.IsDir():
			return fs.SkipDir
		case d.Type().IsRegular() && path.Ext(name) != recording.Extension:
			below, err := filepath.Rel(c.Dir, name)
			files = append(files, filepath.ToSlash(below))
			return err
		}
		return nil
	})
	return files, err
}

// root is the folder that the names of files begin at.
func (c *RedactCommand) root() string {
	if info, err := os.Stat(c.Dir); err == nil && !info.IsDir() {
		return filepath.Dir(c.Dir)
	}
	return c.Dir
}

func (c *RedactCommand) read(name string) ([]byte, error) {
	f, err := os.Open(filepath.Join(c.root(), filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, largestOther+1))
	if err == nil && len(text) > largestOther {
		err = fmt.Errorf("%s is larger than %d bytes", name, largestOther)
	}
	return text, err
}

// checked is what --check says.
type checked struct {
	Files int              `json:"files"`
	Leaks []recording.Leak `json:"leaks"`
}

func (c *RedactCommand) check(s *cli.Session, folder *recording.Folder, others []string) error {
	found := checked{Files: len(folder.Files) + len(others), Leaks: []recording.Leak{}}
	for i, name := range append(folder.Files, others...) {
		if s.Context.Err() != nil {
			return cli.Refused("stopped after %d of %d files", i, found.Files)
		}
		s.Progress("%d of %d files", i, found.Files)
		if len(redact.Check([]byte(name))) > 0 {
			found.Leaks = append(found.Leaks, recording.Leak{File: redact.New(s.Now()).Scrub(name), Part: "name"})
		}
		leaks, err := c.checkFile(folder, name, i < len(folder.Files))
		if err != nil {
			return cli.Refused("%w", err)
		}
		found.Leaks = append(found.Leaks, leaks...)
	}
	s.Progress("")
	if err := s.Show(found, func(w io.Writer) error {
		for _, l := range found.Leaks {
			if _, err := fmt.Fprintln(w, cli.Cell(l)); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintf(w, "%s looked at: %s found\n", cli.NounOf(found.Files, "file"),
			cli.NounOf(len(found.Leaks), "number"))
		return err
	}); err != nil {
		return err
	}
	if len(found.Leaks) > 0 {
		return &cli.Told{Code: cli.ExitRefused}
	}
	return nil
}

// checkFile finds numbers in one file. A recording that cannot be read as one is looked at as a text.
func (c *RedactCommand) checkFile(folder *recording.Folder, name string, isRecording bool) ([]recording.Leak, error) {
	if isRecording {
		if file, err := folder.Read(name); err == nil {
			return file.Check(name), nil
		}
	}
	text, err := c.read(name)
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(text, 0) >= 0 {
		text = bytes.ReplaceAll(text, []byte{0}, nil) // UTF-16, whichever
	}
	return recording.CheckText(recording.Leak{File: name}, text), nil
}

// redacted is what was done.
type redacted struct {
	Files     int `json:"files"`
	Exchanges int `json:"exchanges"`
}

func (c *RedactCommand) redact(s *cli.Session, folder *recording.Folder, others []string) error {
	r := &recording.Redactor{Masker: redact.New(s.Now()), Now: s.Now(), LeaveOut: c.LeaveOut}
	r.Masker.HSAIDs = c.HSAIDs == "replace"
	all := append(folder.Files, others...)
	for i, name := range all { // numbers that stand somewhere are given to nobody else
		s.Progress("reading %d of %d", i, len(all))
		text, err := c.read(name)
		if err != nil {
			return cli.Refused("%w", err)
		}
		r.Masker.Meet(text)
	}
	beside, err := newBeside(c.root())
	if err != nil {
		return cli.Refused("writing beside %s: %w", c.Dir, err)
	}
	defer beside.discard()
	done := redacted{Files: len(all)}
	for i, name := range all {
		if s.Context.Err() != nil {
			return cli.Refused("stopped; nothing was changed")
		}
		s.Progress("%d of %d files", i, len(all))
		var text []byte
		if i < len(folder.Files) {
			var n int
			text, n, err = c.recording(r, folder, name)
			done.Exchanges += n
		} else {
			text, err = c.other(r, name)
		}
		if err == nil {
			err = beside.write(name, text)
		}
		if err != nil {
			s.Progress("")
			return cli.Refused("%w; nothing was changed", err)
		}
	}
	s.Progress("")
	if err := beside.commit(); err != nil {
		return cli.Refused("putting the files in their places: %w", err)
	}
	return s.Show(done, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s redacted in %s\n", cli.NounOf(done.Exchanges, "exchange"),
			cli.NounOf(done.Files, "file"))
		return err
	})
}

// recording is the text of a file of recordings without persons.
func (c *RedactCommand) recording(r *recording.Redactor, folder *recording.Folder, name string) ([]byte, int, error) {
	file, err := folder.Read(name)
	if err != nil {
		return nil, 0, err
	}
	for _, e := range file.Exchanges {
		err := r.Exchange(name, e)
		if errors.Is(err, redact.ErrNotMasked) && !errors.Is(err, redact.ErrUsedUp) {
			err = fmt.Errorf("%w: take it out, or leave out what is no XML with --leave-out", err)
		}
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %s: %w", name, e.ID, err)
		}
	}
	r.Common(file)
	if leaks := file.Check(name); len(leaks) > 0 {
		return nil, 0, errors.New(leaks[0].String())
	}
	text, err := file.Format(strings.TrimSuffix(path.Base(name), recording.Extension))
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	return text, len(file.Exchanges), nil
}

// other is the content of a file that is no recording: a body file as its exchanges need it, else the same with other
// numbers.
func (c *RedactCommand) other(r *recording.Redactor, name string) ([]byte, error) {
	if text, ok := r.Body(name); ok {
		return text, nil
	}
	text, err := c.read(name)
	if err != nil {
		return nil, err
	}
	if utf8.Valid(text) {
		text = []byte(r.Masker.Scrub(string(text)))
	}
	if leaks := recording.CheckText(recording.Leak{File: name}, text); len(leaks) > 0 {
		return nil, errors.New(leaks[0].String())
	}
	return text, nil
}
