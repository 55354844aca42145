// Package recording holds recorded exchanges: what was sent, what came back, and what else was seen of it. It reads and
// writes them as txtar files, one or several exchanges a file, and compares two of them. Its Mock plays either side of
// the complaints contracts.
//
// It does not know what a gateway is or who runs the exchanges: it imports neither the line nor a store.
// testdata/README.md shows the format.
package recording

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Extension is how the name of a file of recordings ends.
const Extension = ".txtar"

// worldFile holds what all files of a folder have in common. It has no exchange.
const worldFile = "world" + Extension

// The parts of an exchange. A part is bytes, and every byte of it comes back.
const (
	RequestHeaders  = "request.headers"
	Request         = "request.xml"
	ResponseHeaders = "response.headers"
	Response        = "response.xml"
	Sent            = "sent" // what was sent on because of the request
	Log             = "log"
	Delivery        = "delivery" // what became of a message that was queued
)

// parts are the names that a part of an exchange can have, in the order in which they are written.
var parts = []string{RequestHeaders, Request, ResponseHeaders, Response, Sent, Log, Delivery}

// Exchange is one request and what came of it.
type Exchange struct {
	ID       string // unique in its world
	Contract string // namespace of the request's first element in Body; "" where the request cannot be read
	Outcome  string // see OutcomeOf. Of an exchange without a response it is what is expected
	Origin          // how it was recorded; zero where that is not said

	// What is not compared when two answers are. A path is as Path says.
	Ignore       []string
	Placeholders map[string]Placeholder // by path: a value of that kind, whichever it is

	parts map[string]*part
}

// Origin is how an exchange was recorded.
type Origin struct {
	Direction Direction // who called whom; "" where the contract does not tell
	When      time.Time // when the request came
	Tool      string    // what recorded it and its version, such as "rivgate 1.2.0"
	Redaction string    // the profile by which persons were taken out; "" where nobody did
	Tags      []string  // for people, and for choosing
	Summed    bool      // exchange.yaml holds the sums of the parts: they are written, and were right when it was read
}

// Direction says who called whom.
type Direction string

// The directions of the complaints contracts.
const (
	Send   Direction = "send"   // 1177's side called a handling system
	Return Direction = "return" // a handling system called 1177's side
)

func (o Origin) isZero() bool {
	return o.Direction == "" && o.When.IsZero() && o.Tool == "" && o.Redaction == "" && len(o.Tags) == 0 && !o.Summed
}

// part is the content of a part, and the body file that it stands in, relative to the recording; "" where it stands in
// the recording itself.
type part struct {
	content []byte
	body    string
}

// Part is the content of a part, nil where the exchange has no such part.
func (e *Exchange) Part(name string) []byte {
	if p := e.parts[name]; p != nil {
		return p.content
	}
	return nil
}

// Set replaces a part; without content it is removed. A part that stands in a body file stays there as long as it is
// equal to it.
func (e *Exchange) Set(name string, content []byte) {
	switch p := e.parts[name]; {
	case len(content) == 0:
		delete(e.parts, name)
	case p == nil || !bytes.Equal(p.content, content):
		if e.parts == nil {
			e.parts = map[string]*part{}
		}
		e.parts[name] = &part{content: content}
	}
	if name == Response {
		e.Outcome = OutcomeOf(content)
	}
}

// Differences are the names of the parts in which two exchanges differ.
func (e *Exchange) Differences(other *Exchange) (names []string) {
	for _, name := range parts {
		if !bytes.Equal(e.Part(name), other.Part(name)) {
			names = append(names, name)
		}
	}
	return names
}

// File is one txtar file: its exchanges in order, and parts that belong to none of them.
type File struct {
	Comment   string // what stands above the first part
	Exchanges []*Exchange
	Common    map[string][]byte // such as after.txt: what holds when all exchanges are done
}

// World is exchanges that are played in order against one gateway that begins empty: a folder of files, or a single
// file.
type World struct {
	Name  string
	Files []WorldFile
}

// WorldFile is a file of a world and where it stands.
type WorldFile struct {
	Path string // relative to the root, with forward slashes
	*File
}

// Exchanges are all exchanges of a world in the order of their names.
func (w *World) Exchanges() (all []*Exchange) {
	for _, f := range w.Files {
		all = append(all, f.Exchanges...)
	}
	return all
}

// Exchange is the one of that id, nil where there is none.
func (w *World) Exchange(id string) *Exchange {
	for _, e := range w.Exchanges() {
		if e.ID == id {
			return e
		}
	}
	return nil
}

// Common is what the world's exchanges have in common under a name, nil where there is nothing.
func (w *World) Common(name string) []byte { return w.commonFile().Common[name] }

// SetCommon replaces it; without content it is removed.
func (w *World) SetCommon(name string, content []byte) {
	f := w.commonFile()
	delete(f.Common, name)
	if len(content) == 0 {
		return
	}
	if f.Common == nil {
		f.Common = map[string][]byte{}
	}
	f.Common[name] = content
}

// commonFile is the world's only file, or its world.txtar, which is begun where it is missing.
func (w *World) commonFile() *File {
	for _, f := range w.Files {
		if f.Path == w.Name+Extension || path.Base(f.Path) == worldFile {
			return f.File
		}
	}
	begun := WorldFile{path.Join(w.Name, worldFile), &File{}}
	w.Files = append(w.Files, begun)
	return begun.File
}

// Write writes all files of a world below a folder; a file without content is left out.
func (w *World) Write(root string) error {
	for _, f := range w.Files {
		if len(f.Exchanges) == 0 && len(f.Common) == 0 {
			continue
		}
		text, err := f.Format(strings.TrimSuffix(path.Base(f.Path), Extension))
		if err != nil {
			return fmt.Errorf("writing %s: %w", f.Path, err)
		}
		if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(f.Path)), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// ReadWorlds reads all recordings below a folder, in the order of their names: each folder in it that has a txtar file
// is a world, and so is each txtar file beside them.
func ReadWorlds(root string) ([]*World, error) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, fmt.Errorf("reading recordings: %w", err)
	}
	var all []*World
	for _, entry := range entries {
		name, isFile := strings.CutSuffix(entry.Name(), Extension)
		if !isFile && !entry.IsDir() {
			continue
		}
		w, err := ReadWorld(root, name)
		if err != nil {
			return nil, err
		}
		if len(w.Files) > 0 {
			all = append(all, w)
		}
	}
	slices.SortFunc(all, func(a, b *World) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// ReadWorld reads one of the worlds below a folder. One that has no file is empty.
func ReadWorld(root, name string) (*World, error) {
	tree, w := os.DirFS(root), &World{Name: name}
	for _, pattern := range []string{name + Extension, name + "/*" + Extension} {
		files, err := fs.Glob(tree, pattern)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			f, err := Read(tree, file)
			if err != nil {
				return nil, err
			}
			w.Files = append(w.Files, WorldFile{file, f})
		}
	}
	return w, w.unique()
}

func (w *World) unique() error {
	seen := map[string]bool{}
	for _, e := range w.Exchanges() {
		if seen[e.ID] {
			return fmt.Errorf("reading recordings: %s has two exchanges %s", w.Name, e.ID)
		}
		seen[e.ID] = true
	}
	return nil
}
