package tak

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"rivgate/routing"
)

// Beside names the files that complete a catalogue whose source knows neither units nor the HSA tree.
type Beside struct {
	UnitsFile string            // our catalogue YAML with units alone; "" for none
	HSAFiles  []string          // files of the HSA tree, the master first; none: every unit hangs under the root
	Names     map[string]string // short names of contracts → responder namespaces, for YAML
}

// Complete adds the units and the tree of these files to a catalogue from another source, such as the store.
func (b Beside) Complete(c *routing.Catalogue) error { return b.add(c) }

// add reads the files and puts their content into the catalogue. Units are added to those that it already has.
func (b Beside) add(c *routing.Catalogue) error {
	if b.UnitsFile != "" {
		units, err := b.units()
		if err != nil {
			return err
		}
		c.Units = append(c.Units, units...)
	}
	if len(b.HSAFiles) == 0 {
		return nil
	}
	tree, err := b.Tree()
	if err != nil {
		return err
	}
	c.Tree = tree
	return nil
}

// Tree reads the HSA files; nil where there are none.
func (b Beside) Tree() (routing.Tree, error) {
	if len(b.HSAFiles) == 0 {
		return nil, nil
	}
	var readers []io.Reader
	for i, path := range b.HSAFiles {
		file, err := openFile(path, why("reading-hsa-file", strconv.Itoa(i+1)))
		if err != nil {
			return nil, err
		}
		defer file.Close()
		readers = append(readers, file)
	}
	return ReadHSATree(readers...)
}

func (b Beside) units() ([]routing.Unit, error) {
	file, err := openFile(b.UnitsFile, why("reading-units"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	c, err := ReadYAML(file, b.Names)
	if err != nil {
		return nil, fmt.Errorf("reading the units file: %w", err)
	}
	if len(c.Routes)+len(c.Permissions) > 0 {
		return nil, fmt.Errorf("reading the units file: %w", newProblem("units-only"))
	}
	return c.Units, nil
}

// File is a catalogue in a file: our YAML, or the saved copy of a TAK. Its content shows which one it is.
type File struct {
	Path string
	Beside
}

var _ Source = File{}

// Read reads the file and the files that complete it.
func (f File) Read(context.Context) (routing.Catalogue, error) {
	file, err := openFile(f.Path, why("reading-catalogue"))
	if err != nil {
		return routing.Catalogue{}, err
	}
	defer file.Close()
	c, err := ReadAny(file, f.Names)
	if err == nil && len(c.Routes) == 0 {
		err = newProblem("catalogue-nothing")
	}
	if err == nil {
		err = f.add(&c)
	}
	if err != nil {
		return routing.Catalogue{}, err
	}
	return c, nil
}

// String names the source for status pages: the file's name without its folder.
func (f File) String() string { return filepath.Base(f.Path) }

// ReadAny reads a catalogue in either form: a file that begins with "<" is the saved copy of a TAK, any other our YAML.
func ReadAny(r io.Reader, names map[string]string) (routing.Catalogue, error) {
	content := bufio.NewReader(r)
	head, _ := content.Peek(512) // a short file is no error here
	if strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(string(head), "\uFEFF")), "<") {
		return ReadCache(content)
	}
	return ReadYAML(content, names)
}
