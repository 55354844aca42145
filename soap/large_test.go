package soap_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"rivgate/soap"
	"rivgate/soap/codec"
)

const (
	fileHead = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><LogicalAddress ` +
		`xmlns="urn:riv:itintegration:registry:1">SE2010123456-X</LogicalAddress>` +
		"</s:Header><s:Body><m:x xmlns:m=\"urn:m\">\n"
	fileTail = "</m:x></s:Body></s:Envelope>"
)

func condensing() soap.Condensing {
	how := soap.Condensing{Files: map[xml.Name]bool{{Space: "urn:m", Local: "value"}: true}}
	_, _ = rand.Read(how.StandInPrefix[:])
	return how
}

// condense reads a message of which no more than its first kilobyte is in memory.
func condense(t testing.TB, message string, how soap.Condensing) (*soap.Condensed, *soap.Request) {
	t.Helper()
	req, err := soap.ReadRequest(strings.NewReader(message), soap.ContentType, soap.Limits{
		Message: 1 << 30, Whole: 1 << 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = req.Close() })
	if err := req.ReadWhole(how); err != nil {
		t.Fatal(err)
	}
	return req.Condensed(), req
}

// value is the decoded text of the first m:value.
func value(t *testing.T, c *soap.Condensed) ([]byte, error) {
	t.Helper()
	var v withFile
	err := soap.Decode(c.Text, &v)
	if v.value == nil {
		return nil, err
	}
	return *v.value, err
}

// withFile is a message that may have a file, and anything else.
type withFile struct {
	value *codec.Base64Binary
	any   []codec.Any
}

func (v *withFile) ReadXML(p *codec.Part) bool {
	return codec.ReadOptional(p, "urn:m", "value", &v.value) || codec.ReadAny(p, &v.any)
}

func (v *withFile) WriteXML(w *codec.Writer) {
	codec.WriteOptional(w, "urn:m", "value", v.value)
	codec.WriteAny(w, v.any)
}

func TestFilesAreTakenOutHoweverTheyAreWritten(t *testing.T) {
	file := bytes.Repeat([]byte("a file of some length, and then some\n"), 5000)
	text := base64.StdEncoding.EncodeToString(file)
	var lines strings.Builder
	for rest := text; rest != ""; {
		n := min(76, len(rest))
		lines.WriteString(rest[:n] + "\r\n")
		rest = rest[n:]
	}
	for sentence, written := range map[string]string{
		"in one":          text,
		"in lines":        lines.String(),
		"as CDATA":        "<![CDATA[" + text + "]]>",
		"with references": strings.Replace(text, "A", "&#65;", 100),
		"around a comment": text[:30000] + "<!-- " + strings.Repeat("-x", 40000) + " -->" +
			text[30000:],
		"in pieces of CDATA and text, and blank": " \n" + text[:20001] + "<![CDATA[" + text[20001:40000] + "]]>" +
			text[40000:] + "\t",
	} {
		message := fileHead + "<m:other>ä</m:other><m:value a='&lt;'>" + written + "</m:value >" + fileTail
		c, req := condense(t, message, condensing())
		if got := string(c.Text); len(got) > 1000 ||
			!strings.HasPrefix(got, fileHead+"<m:other>ä</m:other><m:value a='&lt;'>") ||
			!strings.HasSuffix(got, "</m:value >"+fileTail) {
			t.Errorf("%s: this is left: %.1000s", sentence, got)
		}
		v, err := value(t, c)
		f, ok := c.File(v)
		if err != nil || !ok || f.Size != int64(len(file)) || f.SHA256 != sha256.Sum256(file) ||
			!bytes.Equal(f.Head, file[:1024]) || f.Number != 1 {
			t.Errorf("%s: the file is %+v, %v", sentence, f, err)
		}
		kept, err := io.ReadAll(req.Spooled().Reader())
		if err != nil || string(kept) != message {
			t.Errorf("%s: the message was kept as another one, %v", sentence, err)
		}
	}
}

func TestSmallFilesStay(t *testing.T) {
	message := fileHead + "<m:value>" + strings.Repeat("QUJD", 4096) + "</m:value><m:value/><m:value>QQ==</m:value>" +
		strings.Repeat(" ", 2000) + fileTail
	if c, _ := condense(t, message, condensing()); string(c.Text) != message {
		t.Errorf("this is left: %.1000s", c.Text)
	}
}

// A stand-in is no sounder than what it stands for.
func TestStandInsAreAsSoundAsTheText(t *testing.T) {
	text := strings.Repeat("QUJD", 10000)
	for written, decodes := range map[string]bool{
		text: true, text + "QQ==": true, text + "QUI=": true,
		text + "QR==": true, text + "QUJ=": true, // bits beyond the bytes: XML Schema forbids them
		text + "Q": false, text + "Q===": false, text + "=" + text: false, text + "å": false, text + "-": false,
		text + "====":       false,
		text + "<m:child/>": false,
	} {
		c, _ := condense(t, fileHead+"<m:value>"+written+"</m:value>"+fileTail, condensing())
		if len(c.Text) > 1000 {
			t.Errorf("%s: %d bytes are left", written[len(text):], len(c.Text))
		}
		v, err := value(t, c)
		_, found := c.File(v)
		if (err == nil) != decodes || found != decodes {
			t.Errorf("%.20s: it is decoded with %v, and found: %v", written[len(text):], err, found)
		}
	}
}

func TestFilesGoToWhoWantsThem(t *testing.T) {
	first, second := bytes.Repeat([]byte("1"), 30_000), []byte("small")
	message := fileHead + "<m:value>" + base64.StdEncoding.EncodeToString(first) + "</m:value><m:value>" +
		base64.StdEncoding.EncodeToString(second) + "</m:value>" + strings.Repeat(" ", 2000) + fileTail
	how, got := condensing(), map[int]*bytes.Buffer{1: {}, 2: {}}
	how.Bytes = func(n int) io.Writer { return got[n] }
	condense(t, message, how)
	if !bytes.Equal(got[1].Bytes(), first) || !bytes.Equal(got[2].Bytes(), second) {
		t.Errorf("they got %d and %d bytes", got[1].Len(), got[2].Len())
	}
	broken := errors.New("no room")
	how.Bytes = func(int) io.Writer { return failing{broken} }
	req, err := soap.ReadRequest(strings.NewReader(message), soap.ContentType, soap.Limits{Whole: 1 << 10})
	if err != nil {
		t.Fatal(err)
	}
	defer req.Close()
	if err := req.Condense(how); !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// Where something is in what is left is told as where it is in the message.
func TestPlacesAreThoseOfTheMessage(t *testing.T) {
	long := strings.Repeat("QUJD\n", 5000)
	message := fileHead + "<m:a/><m:value>" + long + "QQ==</m:value><m:b/>\n\n<m:value>" +
		strings.ReplaceAll(long, "\n", "") + "</m:value><m:c/><m:d/>\n<m:e/>" + fileTail
	c, _ := condense(t, message, condensing())
	at := func(text, element string) (line, column int) {
		before := text[:strings.Index(text, element)]
		return strings.Count(before, "\n") + 1, len(before) - strings.LastIndex(before, "\n")
	}
	for _, element := range []string{"<m:a/>", "<m:b/>", "<m:c/>", "<m:d/>", "<m:e/>"} {
		line, column := c.Position(at(string(c.Text), element))
		if wantLine, wantColumn := at(message, element); line != wantLine || column != wantColumn {
			t.Errorf("%s is at %d:%d, not %d:%d", element, wantLine, wantColumn, line, column)
		}
	}
}

func TestEqualTextsHaveEqualStandIns(t *testing.T) {
	text, how := strings.Repeat("QUJD", 10000), condensing()
	of := func(message string) string {
		c, _ := condense(t, fileHead+"<m:value>"+message+"</m:value>"+fileTail, how)
		return string(c.Text)
	}
	first := of(text)
	for written, same := range map[string]bool{
		text: true, "<![CDATA[" + text + "]]>": true, text[:4] + "<!-- c -->" + text[4:]: true,
		text + "\n": false, text + "QUJD": false, text[:4] + "<?p?>" + text[4:]: false,
	} {
		if (of(written) == first) != same {
			t.Errorf("%.30s…: same is %v", written, !same)
		}
	}
	if of(text+"\r\n") != of(text+"\n") || of(text+"&#13;\n") == of(text+"\n") {
		t.Error("line ends are not read as XML reads them")
	}
	how = condensing()
	if of(text) == first {
		t.Error("a stand-in can be foretold")
	}
}

func TestAMessageInUTF16IsKeptAsItCame(t *testing.T) {
	message := fileHead + "<m:value>" + strings.Repeat("QUJD", 10000) + "</m:value><m:å/>" + fileTail
	wide := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(message)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	req, err := soap.ReadRequest(bytes.NewReader(wide), "text/xml; charset=UTF-16", soap.Limits{Whole: 4 << 10})
	if err != nil {
		t.Fatal(err)
	}
	defer req.Close()
	if err := req.ReadWhole(condensing()); err != nil {
		t.Fatal(err)
	}
	if kept, err := io.ReadAll(req.Spooled().Reader()); err != nil || !bytes.Equal(kept, wide) {
		t.Errorf("it was kept as another one, %v", err)
	}
	if text := string(req.Condensed().Text); len(text) > 1000 || !strings.Contains(text, "<m:å/>") {
		t.Errorf("this is left: %.1000s", text)
	}
}

func TestWhatIsCondensedIsGuardedAndBounded(t *testing.T) {
	long := strings.Repeat("QUJD", 10000)
	for sentence, c := range map[string]struct {
		message string
		limits  soap.Limits
		kind    soap.Kind
	}{
		"an offence behind a file": {
			fileHead + "<m:value>" + long + "</m:value><m:x>" + fileTail, soap.Limits{}, soap.Malformed,
		},
		"an offence inside a file": {
			fileHead + "<m:value>" + long + "&nix;</m:value>" + fileTail, soap.Limits{}, soap.Malformed,
		},
		"too long": {
			fileHead + "<m:value>" + long + "</m:value>" + fileTail, soap.Limits{Message: 30_000}, soap.TooLarge,
		},
		"too long beside its files": {
			fileHead + "<m:text>" + long + "</m:text>" + fileTail, soap.Limits{Beside: 30_000}, soap.TooLarge,
		},
	} {
		c.limits.Whole = 1 << 10
		req, err := soap.ReadRequest(strings.NewReader(c.message), soap.ContentType, c.limits)
		if err != nil {
			t.Fatal(err)
		}
		err = req.Condense(condensing())
		_ = req.Close()
		var refused *soap.Error
		if !errors.As(err, &refused) || refused.Kind != c.kind {
			t.Errorf("%s: %v", sentence, err)
		}
	}
}

func readWith(t *testing.T, message string, limits soap.Limits) *soap.Request {
	t.Helper()
	req, err := soap.ReadRequest(strings.NewReader(message), soap.ContentType, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = req.Close() })
	return req
}

// Two messages are compared in the same form, whichever of them is in memory.
func TestMessagesAreComparedWhateverHoldsThem(t *testing.T) {
	message := fileHead + "<m:value>" + strings.Repeat("QUJD", 10000) + "</m:value>" + fileTail
	other := strings.Replace(message, "QUJDQUJD</", "QUJDQUJE</", 1)
	for _, whole := range []int64{0, 1 << 10} {
		for _, firstWhole := range []int64{0, 1 << 10} {
			for what, first := range map[string]string{"the same": message, "another file": other} {
				now := readWith(t, message, soap.Limits{Whole: whole})
				if err := now.ReadWhole(condensing()); err != nil {
					t.Fatal(err)
				}
				text, firstText, err := now.ComparableTexts(readWith(t, first, soap.Limits{Whole: firstWhole}), condensing())
				if err != nil || bytes.Equal(text, firstText) != (first == message) {
					t.Errorf("%s, of which %d and %d bytes are in memory: %v\n%.300s\n%.300s", what, whole, firstWhole, err, text,
						firstText)
				}
			}
		}
	}
}

// A message is sent on byte for byte from wherever it is.
func TestMessagesAreSentOnWhateverHoldsThem(t *testing.T) {
	message := fileHead + "<m:value>" + strings.Repeat("QUJD", 10000) + "</m:value>" + fileTail
	header := xml.Name{Space: soap.NamespaceRegistry, Local: "LogicalAddress"}
	for what, read := range map[string]func() *soap.Request{
		"in memory":       func() *soap.Request { return readWith(t, message, soap.Limits{}) },
		"still to arrive": func() *soap.Request { return readWith(t, message, soap.Limits{Whole: 1 << 10}) },
		"in a spool": func() *soap.Request {
			req := readWith(t, message, soap.Limits{Whole: 1 << 10})
			if err := req.ReadWhole(condensing()); err != nil || len(req.Text()) > 1<<10 ||
				req.Spooled().Size() != int64(len(message)) {
				t.Fatalf("%v, %d bytes of text", err, len(req.Text()))
			}
			return req
		},
	} {
		body, stream, length, err := read().Outgoing(header)
		if err != nil {
			t.Fatal(err)
		}
		if stream != nil {
			body, err = io.ReadAll(stream)
		}
		if err != nil || string(body) != message || stream != nil && length != int64(len(message)) {
			t.Errorf("%s: %v, %d bytes, said to be %d", what, err, len(body), length)
		}
	}
}

// Only what is kept whole and is longer than what is in memory waits for its turn, and gives it back.
func TestLargeMessagesTakeTurns(t *testing.T) {
	message := fileHead + "<m:value>" + strings.Repeat("QUJD", 10000) + "</m:value>" + fileTail
	turns, errBusy := 0, errors.New("busy")
	limits := soap.Limits{Whole: 1 << 10, Acquire: func() (func(), error) {
		turns++
		return func() { turns-- }, nil
	}}
	req := readWith(t, message, limits)
	if turns != 0 {
		t.Error("a message takes a turn before anybody wants it whole")
	}
	if err := errors.Join(req.ReadWhole(condensing()), req.ReadWhole(condensing())); err != nil || turns != 1 {
		t.Errorf("%v, %d turns", err, turns)
	}
	if _, _, _, err := req.Outgoing(xml.Name{}); err != nil || turns != 1 {
		t.Errorf("sending it on: %v, %d turns", err, turns)
	}
	if _ = req.Close(); turns != 0 {
		t.Error("the turn is not given back")
	}
	limits.Acquire = func() (func(), error) { return nil, errBusy }
	if err := readWith(t, message, limits).ReadWhole(condensing()); !errors.Is(err, errBusy) {
		t.Errorf("got %v", err)
	}
	limits.Whole = 0
	if err := readWith(t, message, limits).ReadWhole(condensing()); err != nil {
		t.Errorf("a message in memory: %v", err)
	}
}

func BenchmarkCondense(b *testing.B) {
	text := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("0123456789abcdef"), 1<<20))
	message := fileHead + "<m:value>" + text + "</m:value>" + fileTail
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		condense(b, message, condensing())
	}
}
