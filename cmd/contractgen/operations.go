package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"go/format"
	"text/template"
)

// operationsFile writes the operation table, the client and the server adaptors.
func (g *goPackage) operationsFile() ([]byte, error) {
	functions := template.FuncMap{"name": nameLiteral, "composite": nameComposite}
	t, err := template.New("operations").Funcs(functions).Parse(operationsTemplate)
	if err != nil {
		return nil, fmt.Errorf("reading the template: %w", err)
	}
	var out bytes.Buffer
	data := map[string]any{
		"Marker": marker, "Package": g.name, "Pack": g.pack, "Domain": g.domain.name, "Soap": g.soapPath, "Calls": g.calls,
	}
	if err := t.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("filling the template: %w", err)
	}
	return format.Source(out.Bytes())
}

func nameLiteral(n xml.Name) string { return "xml.Name" + nameComposite(n) }

func nameComposite(n xml.Name) string { return fmt.Sprintf("{Space: %q, Local: %q}", n.Space, n.Local) }

const operationsTemplate = `{{.Marker}}

// Package {{.Package}} is the service domain {{.Domain}} of the pack {{.Pack}}: the types of its messages,
// its operations, a client and adaptors for a server. It knows their form on the wire, not what they mean.
package {{.Package}}

import (
	"context"
	"encoding/xml"

	"{{.Soap}}"
)

// Operations are the operations of the domain in the order of their WSDL files.
func Operations() []soap.Operation {
	return []soap.Operation{
{{- range .Calls}}
		{{.Go}}Operation(),
{{- end}}
	}
}
{{range .Calls}}
// {{.Go}}Operation is {{.Name}} of {{.WSDL}}.
func {{.Go}}Operation() soap.Operation {
	return soap.Operation{
		Name:       {{printf "%q" .Name}},
		Contract:   {{printf "%q" .Contract}},
		SOAPAction: {{printf "%q" .SOAPAction}},
		Profile:    soap.{{.Profile}},
		Request:    {{name .Request}},
		Response:   {{name .Response}},
		Headers:    []xml.Name{ {{- range $i, $h := .Headers}}{{if $i}}, {{end}}{{composite $h}}{{end -}} },
		WSDL:       {{printf "%q" .WSDL}},
	}
}
{{end}}
// Client calls the operations of the domain.
type Client struct {
	Caller soap.Caller
}
{{range .Calls}}
// {{.Go}} sends request to an endpoint; the errors are those of soap.Invoke.
func (c Client) {{.Go}}(ctx context.Context, to soap.Endpoint, request *{{.RequestType}}) (*{{.ResponseType}}, error) {
	return soap.Invoke[{{.ResponseType}}](ctx, c.Caller, {{.Go}}Operation(), to, request)
}

// Handle{{.Go}} has f answer {{.Name}}; to is the logical address of the request. See soap.Handle.
func Handle{{.Go}}(
	f func(ctx context.Context, to string, request *{{.RequestType}}) (*{{.ResponseType}}, error),
) soap.Responder {
	return soap.Handle({{.Go}}Operation(), f)
}
{{end}}`
