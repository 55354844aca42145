package inferred_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/soap"
)

// A message is judged alike whether its files are held or only pass.
func TestCondensedMessagesAreJudgedAsWholeOnes(t *testing.T) {
	content := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("x"), 40_000)...)
	sum := sha256.Sum256(content)
	file := contracts.Attachment{
		ID: "1", FileName: "a.pdf", MediaType: "application/pdf", Size: int64(len(content)),
		SHA256: hex.EncodeToString(sum[:]), Value: content,
	}
	for sentence, c := range map[string]struct {
		change func(*contracts.Attachment)
		edit   func(envelope string) string
		want   string // sub code
	}{
		"right":           {},
		"of another size": {change: func(a *contracts.Attachment) { a.Size++ }, want: contracts.SubSchema},
		"another digest": {
			change: func(a *contracts.Attachment) { a.SHA256 = strings.Repeat("0", 64) }, want: contracts.SubSchema,
		},
		"under another label": {change: func(a *contracts.Attachment) { a.MediaType = "image/png" }},
		"text with a NUL, and not the digest's": {
			change: func(a *contracts.Attachment) { a.MediaType, a.Value[500] = "text/plain", 0 }, want: contracts.SubSchema,
		},
		"of a type not taken": {
			change: func(a *contracts.Attachment) { a.MediaType, a.Value[0] = "text/html", 'x' },
			want:   contracts.SubAttachmentType,
		},
		"no base64": {
			edit: func(e string) string { return strings.Replace(e, "eHh4", "e-h4", 1) }, want: contracts.SubSchema,
		},
		"bits beyond the bytes": {
			edit: func(e string) string { return strings.Replace(e, "eA==", "eB==", 1) }, want: contracts.SubSchema,
		},
		"an element in it": {
			edit: func(e string) string { return strings.Replace(e, "eHh4eHh4", "eHh4<x/>eHh4", 1) }, want: contracts.SubSchema,
		},
		"an offence behind it": {
			edit: func(e string) string {
				at := strings.LastIndex(e, "application/pdf")
				return e[:at] + "\n" + strings.Replace(e[at:], ">9<", ">nine<", 1)
			}, want: contracts.SubSchema,
		},
		"in lines, and an offence behind it": {
			edit: func(e string) string {
				e = strings.ReplaceAll(e, "eHh4eHh4eHh4", "eHh4eHh4eHh4\r\n")
				at := strings.LastIndex(e, "application/pdf")
				return e[:at] + strings.Replace(e[at:], ">9<", ">nine<", 1)
			}, want: contracts.SubSchema,
		},
	} {
		for _, mode := range []contracts.Mode{contracts.Enforce, contracts.Warn, contracts.Off} {
			m, one := sampleSend(), file
			one.Value = bytes.Clone(content)
			if c.change != nil {
				c.change(&one)
			}
			m.Complaint.Attachments = []contracts.Attachment{
				one, {ID: "2", FileName: "b.pdf", MediaType: "application/pdf", Size: 9, Value: []byte("%PDF-1.7\n")},
			}
			envelope := write(t, m)
			if c.edit != nil {
				envelope = c.edit(envelope)
			}
			contract := openRegistry(t, contracts.Options{Validation: mode}).Send()
			whole, wanted := contract.ReadEnvelope([]byte(envelope))
			req := condensed(t, contract, envelope)
			got, err := contract.Read(req)
			if !same(err, wanted) || (got == nil) != (whole == nil) {
				t.Fatalf("%s, %s: %v, not %v", sentence, mode, err, wanted)
			}
			var refused *contracts.Error
			if errors.As(err, &refused) && mode == contracts.Enforce && refused.SubCode != c.want ||
				err == nil && mode == contracts.Enforce && c.want != "" {
				t.Errorf("%s: %v", sentence, err)
			}
			if got == nil {
				continue
			}
			files := got.Attachments()
			if len(files) != 2 || files[0].Value != nil || files[0].Content == nil ||
				files[0].Content.Size != int64(len(one.Value)) ||
				files[0].Content.SHA256 != sha256.Sum256(one.Value) || string(files[1].Value) != "%PDF-1.7\n" {
				t.Errorf("%s, %s: the files are %+v", sentence, mode, files)
			}
		}
	}
}

func condensed(t *testing.T, c *contracts.Contract, envelope string) *soap.Request {
	t.Helper()
	req, err := soap.ReadRequest(strings.NewReader(envelope), soap.ContentType, soap.Limits{Whole: 2 << 10})
	if err != nil {
		t.Fatal(err)
	}
	if err := req.Condense(c.Condensing()); err != nil {
		t.Fatal(err)
	}
	return req
}

// same tells whether two refusals say the same, place included.
func same(a, b error) bool {
	var x, y *contracts.Error
	if !errors.As(a, &x) || !errors.As(b, &y) {
		return a == nil && b == nil
	}
	return x.Code == y.Code && x.SubCode == y.SubCode && x.Path == y.Path && x.Message == y.Message && x.Line == y.Line &&
		x.Column == y.Column
}
