package contracts

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"

	"rivgate/soap"
)

const (
	namespaceWSDL     = "http://schemas.xmlsoap.org/wsdl/"
	namespaceWSDLSOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
	namespaceXSD      = "http://www.w3.org/2001/XMLSchema"
)

// Path is where the contract is served below the server's own path: /SendComplaint/1/rivtabp21 (RIV-TA BP 2.1, endpoint
// URL).
func (c *Contract) Path() string {
	return "/" + c.Name + "/" + c.Operation.Contract[strings.LastIndexByte(c.Operation.Contract, ':')+1:] + "/" +
		strings.ToLower(c.Profile)
}

// File is one of the contract's files as it stands in its pack: its WSDL (c.WSDL) or a schema that it leads to. Any
// other path is fs.ErrNotExist.
func (c *Contract) File(name string) ([]byte, error) {
	if !c.closure[name] {
		return nil, fmt.Errorf("reading contract file: %w", fs.ErrNotExist)
	}
	return fs.ReadFile(c.files, name)
}

// Describe answers GET <base>…/<Interaction>/<major>/rivtabp21?wsdl and ?xsd=<path> with the contract's files,
// addresses and schema locations rewritten to the URL that was asked. base is the URL of the SOAP server as its caller
// sees it, without a slash at its end, such as https://gateway.example/vp; its path begins the request's path. What is
// not a contract's file is 404.
func (r *Registry) Describe(w http.ResponseWriter, req *http.Request, base string) {
	asked, err := url.Parse(base)
	if err != nil {
		http.NotFound(w, req)
		return
	}
	rest, below := strings.CutPrefix(req.URL.Path, asked.Path)
	c := r.at(rest)
	query := req.URL.Query()
	if !below || c == nil || req.Method != http.MethodGet && req.Method != http.MethodHead {
		http.NotFound(w, req)
		return
	}
	name := query.Get("xsd")
	for key := range query {
		if strings.EqualFold(key, "wsdl") {
			name = c.WSDL
		}
	}
	text, err := c.File(name)
	if err != nil {
		http.NotFound(w, req)
		return
	}
	text, err = rewrite(text, name, base+(&url.URL{Path: rest}).EscapedPath())
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", soap.ContentType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(text) // a caller who went away needs no answer
}

// at finds the contract by the end of a path. Platforms put a path of their own before that.
func (r *Registry) at(rest string) *Contract {
	for _, c := range r.all {
		if strings.HasSuffix(rest, c.Path()) {
			return c
		}
	}
	return nil
}

// location is where one reference stands in a contract file.
type location struct {
	begin, end int // of the start tag in the file
	attribute  string
	value      string
	address    bool // soap:address, else the name of another file
}

// rewrite returns the file with its references changed to point to address. Nothing else in it is changed.
func rewrite(text []byte, name, address string) ([]byte, error) {
	found, err := locations(text)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	at := 0
	for _, l := range found {
		to := address
		if !l.address {
			to += "?xsd=" + url.QueryEscape(path.Join(path.Dir(name), l.value))
		}
		tag := string(text[l.begin:l.end])
		for _, quote := range []string{`"`, `'`} {
			if i := strings.Index(tag, l.attribute+"="+quote); i >= 0 {
				from := i + len(l.attribute) + 2
				tag = tag[:from] + escape(to) + tag[from+strings.Index(tag[from:], quote):]
				break
			}
		}
		b.Write(text[at:l.begin])
		b.WriteString(tag)
		at = l.end
	}
	b.Write(text[at:])
	return b.Bytes(), nil
}

// locations finds the references of a WSDL or schema file to other files, and the address of its port.
func locations(text []byte) ([]location, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	var found []location
	for {
		begin := int(d.InputOffset())
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading contract file: %w", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		l := location{begin: begin, end: int(d.InputOffset())}
		switch {
		case start.Name == xml.Name{Space: namespaceWSDLSOAP, Local: "address"}:
			l.attribute, l.address = "location", true
		case start.Name == xml.Name{Space: namespaceWSDL, Local: "import"}:
			l.attribute = "location"
		case start.Name.Space == namespaceXSD:
			l.attribute = "schemaLocation"
		default:
			continue
		}
		for _, a := range start.Attr {
			if a.Name.Space == "" && a.Name.Local == l.attribute {
				l.value = a.Value
				found = append(found, l)
			}
		}
	}
}

// closure is a WSDL and every file of the pack that it refers to, directly or by other files.
func closure(pack fs.FS, name string) (map[string]bool, error) {
	seen := map[string]bool{name: true}
	for todo := []string{name}; len(todo) > 0; {
		next := todo[0]
		todo = todo[1:]
		text, err := fs.ReadFile(pack, next)
		if err != nil {
			return nil, fmt.Errorf("reading contract file: %w", err)
		}
		found, err := locations(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", next, err)
		}
		for _, l := range found {
			file := path.Join(path.Dir(next), l.value)
			if !l.address && !seen[file] {
				seen[file] = true
				todo = append(todo, file)
			}
		}
	}
	return seen, nil
}
