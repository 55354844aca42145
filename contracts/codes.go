package contracts

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
)

// Code systems that the complaints contracts name.
const (
	SystemProblem = "1.2.752.129.5.1.22"                    // huvud- och delproblem
	SystemArea    = "urn:rivgate:kodverk:verksamhetsomrade" // verksamhetsområde
	SystemGender  = "1.2.752.129.2.2.1.1"                   // KV Kön
)

// Code is one value of a code set.
type Code struct {
	Code    string // "" where the value is known by its name only
	Parent  string // the code above it; "" for a main value
	Display string // Swedish
	Status  string // confirmed or inferred
}

// CodeSet is one code set, its codes in the order of the file. It is never changed.
type CodeSet struct {
	System  string // OID, or a urn:rivgate: name
	Version string // "" where it is not known
	Codes   []Code
	index   map[string]int
}

// Code finds a value by its code.
func (s *CodeSet) Code(code string) (Code, bool) {
	i, ok := s.index[code]
	if !ok || code == "" {
		return Code{}, false
	}
	return s.Codes[i], true
}

// Named finds a value that has no code by its name.
func (s *CodeSet) Named(display string) (Code, bool) {
	for _, c := range s.Codes {
		if c.Code == "" && c.Display == display {
			return c, true
		}
	}
	return Code{}, false
}

// readCodeSets reads every file codes/*.csv of a pack. A pack without any has no code sets.
func readCodeSets(pack fs.FS) (map[string]*CodeSet, error) {
	names, err := fs.Glob(pack, "codes/*.csv")
	if err != nil {
		return nil, fmt.Errorf("listing code sets: %w", err)
	}
	sort.Strings(names)
	sets := make(map[string]*CodeSet)
	for _, name := range names {
		if err := readCodeSet(pack, name, sets); err != nil {
			return nil, fmt.Errorf("reading code set %s: %w", path.Base(name), err)
		}
	}
	return sets, nil
}

func readCodeSet(pack fs.FS, name string, sets map[string]*CodeSet) error {
	f, err := pack.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	header, err := r.Read()
	if err != nil {
		return err
	}
	column := make(map[string]int)
	for i, h := range header {
		column[h] = i
	}
	for _, want := range []string{"oid", "version", "code", "parent", "display", "status"} {
		if _, ok := column[want]; !ok {
			return fmt.Errorf("column %s is missing", want)
		}
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		system := row[column["oid"]]
		set := sets[system]
		if set == nil {
			set = &CodeSet{System: system, Version: row[column["version"]], index: make(map[string]int)}
			sets[system] = set
		}
		c := Code{
			Code: row[column["code"]], Parent: row[column["parent"]], Display: row[column["display"]],
			Status: row[column["status"]],
		}
		if c.Code != "" {
			set.index[c.Code] = len(set.Codes)
		}
		set.Codes = append(set.Codes, c)
	}
}
