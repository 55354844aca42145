package contracts

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"rivgate/soap"
)

// description is what the registry needs of one WSDL file.
type description struct {
	operations []soap.Operation
	schemas    map[string]string // namespace → path of the schema file in the pack
}

type wsdlFile struct {
	Target  string       `xml:"targetNamespace,attr"`
	Imports []wsdlImport `xml:"types>schema>import"`
	Message []struct {
		Name  string `xml:"name,attr"`
		Parts []struct {
			Name    string  `xml:"name,attr"`
			Element rawName `xml:"element,attr"`
		} `xml:"http://schemas.xmlsoap.org/wsdl/ part"`
	} `xml:"http://schemas.xmlsoap.org/wsdl/ message"`
	PortType []struct {
		Operations []struct {
			Name  string    `xml:"name,attr"`
			Input wsdlInput `xml:"http://schemas.xmlsoap.org/wsdl/ input"`
			Out   wsdlInput `xml:"http://schemas.xmlsoap.org/wsdl/ output"`
		} `xml:"http://schemas.xmlsoap.org/wsdl/ operation"`
	} `xml:"http://schemas.xmlsoap.org/wsdl/ portType"`
	Binding []struct {
		Operations []wsdlBound `xml:"http://schemas.xmlsoap.org/wsdl/ operation"`
	} `xml:"http://schemas.xmlsoap.org/wsdl/ binding"`
	Attrs []xml.Attr `xml:",any,attr"`
}

type wsdlImport struct {
	Namespace string `xml:"namespace,attr"`
	Location  string `xml:"schemaLocation,attr"`
}

type wsdlInput struct {
	Message rawName `xml:"message,attr"`
}

type wsdlBound struct {
	Name   string `xml:"name,attr"`
	Action struct {
		SOAPAction string `xml:"soapAction,attr"`
	} `xml:"http://schemas.xmlsoap.org/wsdl/soap/ operation"`
	Headers []struct {
		Part string `xml:"part,attr"`
	} `xml:"input>header"`
}

// rawName is a QName as it stands in an attribute.
type rawName string

func (n rawName) local() string {
	_, local, found := strings.Cut(string(n), ":")
	if !found {
		return string(n)
	}
	return local
}

// readWSDL reads a WSDL file of a pack. It goes by the binding, since only that tells which part of a message is in the
// header and which in the body.
func readWSDL(pack fs.FS, name string) (*description, error) {
	text, err := fs.ReadFile(pack, name)
	if err != nil {
		return nil, fmt.Errorf("reading WSDL: %w", err)
	}
	var file wsdlFile
	if err := xml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("reading WSDL %s: %w", name, err)
	}
	d := &description{schemas: make(map[string]string)}
	for _, i := range file.Imports {
		if i.Location != "" {
			d.schemas[i.Namespace] = path.Join(path.Dir(name), i.Location)
		}
	}
	for _, b := range file.Binding {
		for _, o := range b.Operations {
			op, err := file.operation(o)
			if err != nil {
				return nil, fmt.Errorf("reading WSDL %s: %w", name, err)
			}
			op.WSDL = name
			d.operations = append(d.operations, op)
		}
	}
	if len(d.operations) == 0 {
		return nil, fmt.Errorf("reading WSDL %s: no operation in its bindings", name)
	}
	return d, nil
}

func (f *wsdlFile) operation(o wsdlBound) (soap.Operation, error) {
	op := soap.Operation{Name: o.Name, SOAPAction: o.Action.SOAPAction, Profile: soap.RIVTABP21}
	if strings.HasSuffix(strings.ToLower(f.Target), "rivtabp20") {
		op.Profile = soap.RIVTABP20
	}
	header := make(map[string]bool)
	for _, h := range o.Headers {
		header[h.Part] = true
	}
	for _, p := range f.PortType {
		for _, abstract := range p.Operations {
			if abstract.Name != o.Name {
				continue
			}
			op.Headers, op.Request = f.parts(abstract.Input.Message, header)
			_, op.Response = f.parts(abstract.Out.Message, nil)
		}
	}
	if op.Request.Local == "" || op.Response.Local == "" {
		return op, errors.New("an operation without request or response element")
	}
	op.Contract = op.Request.Space
	return op, nil
}

// parts splits a message into the elements of its header parts and the element of its body.
func (f *wsdlFile) parts(message rawName, header map[string]bool) (headers []xml.Name, body xml.Name) {
	for _, m := range f.Message {
		if m.Name != message.local() {
			continue
		}
		for _, p := range m.Parts {
			if header[p.Name] {
				headers = append(headers, f.resolve(p.Element))
			} else {
				body = f.resolve(p.Element)
			}
		}
	}
	return headers, body
}

// resolve looks a prefix up among the declarations of the root, where RIV-TA puts them all.
func (f *wsdlFile) resolve(n rawName) xml.Name {
	prefix, _, found := strings.Cut(string(n), ":")
	for _, a := range f.Attrs {
		if found && a.Name.Space == "xmlns" && a.Name.Local == prefix ||
			!found && a.Name.Space == "" && a.Name.Local == "xmlns" {
			return xml.Name{Space: a.Value, Local: n.local()}
		}
	}
	return xml.Name{Local: n.local()}
}
