package recording

import (
	"cmp"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// largestFile is how many bytes a file of recordings may have: what a message may have at most, in base64, and more.
const largestFile = 1 << 30

// Folder is recordings on disk that are read one file at a time: opening it reads names alone, however many there are.
type Folder struct {
	Root  string   // as it was given
	Files []string // below it, with forward slashes, in the order of their names; of a single file its name
	tree  fs.FS
	close func() error
}

// Place says where an exchange stands.
type Place struct {
	File string // below the folder
	ID   string // of the exchange
}

func (p Place) String() string {
	if strings.TrimSuffix(path.Base(p.File), Extension) == p.ID {
		return p.File
	}
	return p.File + ":" + p.ID
}

// OpenFolder opens a folder with all that is below it, or one file. Folders whose name begins with a dot are left out.
// Body files are found below the folder alone, wherever a recording or a symbolic link points. A folder without a file
// of recordings is no error here.
func OpenFolder(name string) (*Folder, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("opening recordings: %w", err)
	}
	above := name
	if !info.IsDir() {
		above = filepath.Dir(name)
	}
	root, err := os.OpenRoot(above)
	if err != nil {
		return nil, fmt.Errorf("opening recordings: %w", err)
	}
	f := &Folder{Root: name, tree: root.FS(), close: root.Close}
	if !info.IsDir() {
		f.Files = []string{filepath.Base(name)}
		return f, nil
	}
	err = fs.WalkDir(f.tree, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.IsDir() && path.Ext(file) == Extension && !strings.HasPrefix(d.Name(), "."):
			f.Files = append(f.Files, file)
		}
		return nil
	})
	if err != nil {
		return nil, cmp.Or(root.Close(), fmt.Errorf("opening recordings: %w", err))
	}
	return f, nil
}

// Close ends the use of the folder.
func (f *Folder) Close() error { return f.close() }

// Read reads one of its files.
func (f *Folder) Read(file string) (*File, error) {
	if info, err := fs.Stat(f.tree, file); err == nil && info.Size() > largestFile {
		return nil, fmt.Errorf("reading recordings: %s: it has %d bytes; %d are read at most", file, info.Size(), largestFile)
	}
	return Read(f.tree, file)
}

// Exchanges are all exchanges in the order of their files' names. A file that cannot be read is given as an error with
// its place, and the next one follows.
func (f *Folder) Exchanges() iter.Seq2[Located, error] {
	return func(yield func(Located, error) bool) {
		for _, name := range f.Files {
			file, err := f.Read(name)
			if err != nil {
				if !yield(Located{Place: Place{File: name}}, err) {
					return
				}
				continue
			}
			for _, e := range file.Exchanges {
				if !yield(Located{Place: Place{name, e.ID}, Exchange: e}, nil) {
					return
				}
			}
		}
	}
}

// Located is an exchange and where it stands.
type Located struct {
	Place
	*Exchange
}
