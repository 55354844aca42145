package inferred_test

import (
	"bytes"
	"encoding/xml"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	wire "rivgate/contracts/inferred/complaintsandfeedback"
	"rivgate/soap"
	"rivgate/soap/codec"
)

// FuzzDecode: what the generated types of both contracts take, they write and take again as the same value and the same
// bytes.
func FuzzDecode(f *testing.F) {
	send, ret := wire.SendComplaintOperation(), wire.ReturnComplaintOperation()
	for _, full := range []bool{false, true} {
		f.Add(seed(f, send, new(wire.SendComplaintType), full))
		f.Add(seed(f, ret, new(wire.ReturnComplaintType), full))
	}
	f.Fuzz(func(t *testing.T, envelope []byte) {
		decodeTwice(t, send, envelope, new(wire.SendComplaintType), new(wire.SendComplaintType))
		decodeTwice(t, ret, envelope, new(wire.ReturnComplaintType), new(wire.ReturnComplaintType))
		decodeTwice(t, ret, envelope, new(codec.Content), new(codec.Content))
	})
}

func decodeTwice(t *testing.T, op soap.Operation, envelope []byte, first, second codec.Value) {
	t.Helper()
	if err := soap.Decode(envelope, first); err != nil {
		return
	}
	written, err := soap.Encode(op, "SE2010123456-VC01", first)
	if err != nil {
		t.Fatalf("what was read is not written: %v\n%s", err, envelope)
	}
	if _, err := soap.DecodeRequest(op, written, second); err != nil {
		t.Fatalf("what was written is not read: %v\n%s", err, written)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Fatalf("another value the second time (-first +second):\n%s\n%s", diff, written)
	}
	again, err := soap.Encode(op, "SE2010123456-VC01", second)
	if err != nil || !bytes.Equal(written, again) {
		t.Fatalf("other bytes the second time, %v\n%s\n%s", err, written, again)
	}
}

// seed is an envelope with every field of v, or with the mandatory ones only.
func seed(f *testing.F, op soap.Operation, v codec.Value, full bool) []byte {
	f.Helper()
	if full {
		fill(reflect.ValueOf(v).Elem())
	}
	envelope, err := soap.Encode(op, "SE2010123456-VC01", v)
	if err != nil {
		f.Fatal(err)
	}
	return envelope
}

// fill sets every field; there is no recursion in these types.
func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case []codec.Any:
		kind := xml.Attr{Name: xml.Name{Space: "urn:test:1.1", Local: "kind"}, Value: "p:Kind"}
		v.Set(reflect.ValueOf([]codec.Any{{
			Name: xml.Name{Space: "urn:test:1.1", Local: "extra"},
			Content: codec.Content{
				Attr: []xml.Attr{kind}, Bindings: []codec.Binding{{Prefix: "p", Space: "urn:p"}},
				Children: []codec.Node{{Text: "text "}, {Element: &codec.Any{Name: xml.Name{Local: "plain"}}}},
			},
		}}))
		return
	case codec.Base64Binary:
		v.SetBytes([]byte("file"))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.String:
		v.SetString("1 å")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(-1)
	}
}
