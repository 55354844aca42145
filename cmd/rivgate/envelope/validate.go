package envelope

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/parts"
	"rivgate/contracts"
	"rivgate/soap"
)

// ValidateCommand judges envelopes in files as the line would: guard, schema, business rules of one message.
type ValidateCommand struct {
	Files []string `arg:"" help:"Files with one request envelope each; - is standard input." name:"file"`
}

// finding is what was found in one file.
type finding struct {
	File     string `json:"file"`
	Valid    bool   `json:"valid"`
	Contract string `json:"contract,omitempty"`
	Known    bool   `json:"known"` // the contract is known: schema and rules were looked at
	Code     string `json:"code,omitempty"`
	SubCode  string `json:"subCode,omitempty"`
	Path     string `json:"path,omitempty"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Message  string `json:"message,omitempty"`
}

// Run judges every file; one that is refused makes the exit code 1.
func (c *ValidateCommand) Run(s *cli.Session) error {
	l, err := s.Config()
	if err != nil {
		return err
	}
	registry, err := parts.NewRegistry(l.Config)
	if err != nil {
		return err
	}
	limits := soap.Limits{Message: int64(l.Config.SOAP.MaxMessage)}
	limits.Whole = limits.Message
	findings := make([]finding, 0, len(c.Files))
	valid := true
	for i, name := range c.Files {
		s.Progress("%d of %d", i+1, len(c.Files))
		content, err := cli.ReadInput(name, limits.Message)
		if err != nil {
			return cli.Usage("reading %s: %w", name, err)
		}
		f := judge(registry, content, limits)
		f.File = name
		valid = valid && f.Valid
		findings = append(findings, f)
	}
	s.Progress("")
	if err := s.Show(findings, func(w io.Writer) error { return printFindings(w, findings) }); err != nil {
		return err
	}
	if !valid {
		return &cli.Told{Code: cli.ExitRefused}
	}
	return nil
}

func judge(registry *contracts.Registry, content []byte, limits soap.Limits) finding {
	request, err := soap.ReadRequest(bytes.NewReader(content), "", limits)
	if err == nil {
		err = request.ReadAll()
	}
	if err == nil {
		err = request.CheckReceiver()
	}
	var f finding
	if err != nil {
		return f.refused(err)
	}
	f.Contract = request.Contract
	contract := registry.Contract(request.Contract)
	if contract == nil {
		f.Valid = true
		return f
	}
	f.Known = true
	if contract.Complaints {
		err = judgeComplaint(contract, request)
	} else {
		err = contract.Validate(request.UTF8())
	}
	if err != nil {
		if f = f.refused(err); f.Line == 0 && f.Path != "" { // the schema counts lines, business rules only tell the path
			f.Line, f.Column = locate(request.UTF8(), f.Path)
		}
		return f
	}
	f.Valid = true
	return f
}

// judgeComplaint says what the line would say of a message that it knows nothing but the clock beside.
func judgeComplaint(contract *contracts.Contract, request *soap.Request) error {
	m, err := contract.Read(request)
	if err != nil {
		return err
	}
	if beyond := m.CheckBounds(time.Now()); beyond != nil {
		return beyond.In(contract.Request.Local)
	}
	return nil
}

// refused tells what is wrong in the terms of whoever found it.
func (f finding) refused(err error) finding {
	var rule *contracts.Error
	var guard *soap.Error
	switch {
	case errors.As(err, &rule):
		f.Code, f.SubCode, f.Path, f.Line, f.Column, f.Message = rule.Code, rule.SubCode, rule.Path, rule.Line, rule.Column,
			rule.Message
	case errors.As(err, &guard):
		f.Code, f.Line, f.Column, f.Message = "VP015", guard.Line, guard.Column, guard.Reason
		if guard.Kind == soap.NoReceiver {
			f.Code = "VP003"
		}
	default:
		f.Message = err.Error()
	}
	return f
}

func printFindings(w io.Writer, findings []finding) error {
	for _, f := range findings {
		at := f.File
		if f.Line > 0 {
			at = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
		}
		var err error
		switch {
		case f.Valid && f.Known:
			_, err = fmt.Fprintf(w, "%s: valid\n", at)
		case f.Valid:
			_, err = fmt.Fprintf(w, "%s: a proper envelope; the contract %s is not known here, so no schema was looked at\n", at,
				cli.Cell(f.Contract))
		case f.SubCode != "":
			_, err = fmt.Fprintf(w, "%s: %s %s %s: %s\n", at, f.Code, f.SubCode, f.Path, f.Message)
		default:
			_, err = fmt.Fprintf(w, "%s: %s: %s\n", at, f.Code, f.Message)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
