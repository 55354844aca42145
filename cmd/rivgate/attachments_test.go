package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/soap"
	"rivgate/store/storetest"
)

// mostForFiles is how much the peak of a gateway's memory may grow by one message with ten files of 20 MB, when it is
// accepted and when it is delivered.
const mostForFiles = 100 << 20

// files is a complaint with ten files of 20 MB each, of which only one is in memory.
type files struct {
	head, tail [][]byte // the envelope around each file's text, and the beginning of that
	rest       []byte   // how the text of each goes on
	sums       []string // SHA-256 of each file
}

func newFiles(t *testing.T, unit, id string) *files {
	t.Helper()
	const size, begins = 20 << 20, 12
	content := bytes.Repeat([]byte("0123456789abcdefghijklmnopqrstuvwxyzåäö\n"), size/42+1)[:size]
	f := &files{rest: base64.StdEncoding.AppendEncode(nil, content[begins:])}
	now := contracts.NewStamp(time.Now())
	m := &contracts.Message{
		ID: contracts.II{Root: "SE0000000001-1177", Extension: id}, SentTime: now, Sequence: 1,
		CaseID:   &contracts.II{Root: "SE0000000001-1177", Extension: "case-" + id},
		Receiver: unit, Recipient: &contracts.Recipient{Unit: contracts.OrgUnit{HSAID: unit}, Kind: contracts.KindCareUnit},
		Complaint: &contracts.Complaint{
			Received: now,
			Reporter: contracts.Reporter{
				PersonID: contracts.PersonID{ID: "189001019802", Type: contracts.OIDPersonnummer}, Role: contracts.RolePatient,
			},
			IncidentUnit: &contracts.OrgUnit{HSAID: unit}, IncidentDate: "20260214", Description: "Bilagorna visar det.",
			ReplyWanted: true,
		},
	}
	for n := range 10 {
		copy(content, fmt.Sprintf("%%PDF-1.7\n%02d", n)) // each is another file
		sum := sha256.Sum256(content)
		f.sums = append(f.sums, hex.EncodeToString(sum[:]))
		m.Complaint.Attachments = append(m.Complaint.Attachments, contracts.Attachment{
			ID: fmt.Sprint(n), FileName: fmt.Sprintf("%d.pdf", n), MediaType: "application/pdf", Size: size,
			SHA256: hex.EncodeToString(sum[:]), Value: bytes.Clone(content[:begins]),
		})
	}
	envelope, err := inferred.Pack{}.Write(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range m.Complaint.Attachments {
		end := bytes.Index(envelope, []byte(base64.StdEncoding.EncodeToString(a.Value))) + begins/3*4
		f.head, envelope = append(f.head, envelope[:end]), envelope[end:]
	}
	f.tail = append(f.tail, envelope)
	return f
}

// reader is the envelope from its start.
func (f *files) reader() io.Reader {
	var all []io.Reader
	for _, head := range f.head {
		all = append(all, bytes.NewReader(head), bytes.NewReader(f.rest))
	}
	return io.MultiReader(append(all, bytes.NewReader(f.tail[0]))...)
}

func (f *files) sum(t *testing.T) (sum string, size int64) {
	digest := sha256.New()
	size, err := io.Copy(digest, f.reader())
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(digest.Sum(nil)), size
}

// Ten files of 20 MB are accepted, survive a kill -9, and arrive as they were, with bounded memory.
func TestTenLargeFilesWithBoundedMemory(t *testing.T) {
	withLargeFiles(t, tenLargeFiles)
}

// withLargeFiles runs a test that moves hundreds of megabytes, on each database.
func withLargeFiles(t *testing.T, test func(t *testing.T, binary string, environ ...string)) {
	t.Helper()
	if testing.Short() || runtime.GOOS != "linux" {
		t.Skip("it moves hundreds of megabytes, and reads the peak of a process's memory from /proc, which is Linux's")
	}
	binary := build(t)
	t.Run("SQLite", func(t *testing.T) { test(t, binary) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, binary, "RIVGATE_STORE_URL="+storetest.Postgres(t)) })
}

func tenLargeFiles(t *testing.T, binary string, environ ...string) {
	const unit, contract = "SE2010123456-SJ01", "SendComplaint"
	receiver, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := receiver.Addr().String()
	receiver.Close() // it is away at first
	dir := t.TempDir()
	replace(t, filepath.Join(dir, "catalogue.yaml"), []byte(`units:
  - {hsa_id: `+unit+`, name: Sjukhuset, kind: care_unit, region: "01", attachments: true}
  - {hsa_id: SE2010123456-PN01, name: Nämnden, kind: patient_board, region: "01"}
routes:
  - {contract: SendComplaint, to: SE2010123456-PN01, address: "rivgate:inbox"}
  - {contract: SendComplaint, to: `+unit+`, address: "http://`+address+`/", component: SE2010123456-AVV}
  - {contract: ReturnComplaint, to: SE0000000001-1177, address: "rivgate:portal"}
permissions: [{contract: SendComplaint, from_system: SE0000000001-1177, to: "*"}]
`))
	environ = append(environ, "RIVGATE_TAK_SOURCE="+filepath.Join(dir, "catalogue.yaml"),
		"RIVGATE_DELIVERY_SCHEDULE=100ms")
	first := serve(t, binary, dir, environ...)
	soon(t, strings.TrimSuffix(first.lines["Pages and API"], "/")+"/readyz", http.StatusOK, "ready")
	f := newFiles(t, unit, "0198b6a0-0000-7000-8000-000000000001")
	want, size := f.sum(t)

	before, began := peak(t, first.command.Process.Pid), time.Now()
	status, answer := postFiles(t, first.lines["SOAP"], f.reader())
	grown := peak(t, first.command.Process.Pid) - before
	t.Logf("accepting %d bytes took %v, and the peak of the memory grew by %d MiB, from %d", size,
		time.Since(began).Round(time.Millisecond), grown>>20, before>>20)
	if status != http.StatusOK || !bytes.Contains(answer, []byte("OK<")) {
		t.Fatalf("status %d: %s", status, answer)
	}
	if grown > mostForFiles {
		t.Errorf("the peak of the memory grew by %d MiB", grown>>20)
	}
	began = time.Now()
	if again, same := postFiles(t, first.lines["SOAP"], f.reader()); again != http.StatusOK || !bytes.Equal(same, answer) {
		t.Errorf("sent again, it is answered %d %s", again, same)
	}
	grown = peak(t, first.command.Process.Pid) - before
	t.Logf("a repeat took %v; by then the peak had grown by %d MiB", time.Since(began).Round(time.Millisecond), grown>>20)
	if grown > mostForFiles {
		t.Errorf("the peak of the memory grew by %d MiB with a repeat", grown>>20)
	}
	if err := first.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-first.ended

	got := receiveFiles(t, address)
	second := serve(t, binary, dir, environ...)
	soon(t, strings.TrimSuffix(second.lines["Pages and API"], "/")+"/healthz", http.StatusOK, "")
	before, began = peak(t, second.command.Process.Pid), time.Now()
	select {
	case sum := <-got:
		if sum != want {
			t.Errorf("%s was sent, %s has arrived", want, sum)
		}
	case <-time.After(2 * time.Minute):
		t.Fatalf("nothing arrives\n%s", second.log)
	}
	soon(t, strings.TrimSuffix(second.lines["Pages and API"], "/")+"/api/deliveries?state=delivered", http.StatusOK,
		`"delivered"`)
	grown = peak(t, second.command.Process.Pid) - before
	t.Logf("delivering took %v, and the peak of the memory grew by %d MiB, from %d",
		time.Since(began).Round(time.Millisecond), grown>>20, before>>20)
	if grown > mostForFiles {
		t.Errorf("the peak of the memory grew by %d MiB", grown>>20)
	}
	second.stop(t)
}

func postFiles(t *testing.T, url string, body io.Reader) (int, []byte) {
	t.Helper()
	return postAs(t, url, "SE0000000001-1177", body)
}

// postAs posts an envelope as a system behind another node.
func postAs(t *testing.T, url, sender string, body io.Reader) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{
		"X-Vp-Sender-Id": {sender}, "X-Vp-Instance-Id": {"dev_env"}, "Content-Type": {"text/xml; charset=UTF-8"},
	}
	return answerOf(t, http.DefaultClient, r)
}

// answerOf makes a call and reads its answer to the end.
func answerOf(t *testing.T, client *http.Client, r *http.Request) (int, []byte) {
	t.Helper()
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, text
}

// receiveFiles opens a handling system that tells the digest of the first message it gets.
func receiveFiles(t *testing.T, address string) <-chan string {
	t.Helper()
	got := make(chan string, 16)
	receiver, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	pack := inferred.Pack{}
	receipt, err := pack.WriteReceipt(pack.Operations()[0], contracts.Receipt{
		Result: contracts.Result{Code: contracts.OK, LogID: "1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		digest := sha256.New()
		if _, err := io.Copy(digest, r.Body); err != nil {
			return
		}
		w.Header().Set("Content-Type", soap.ContentType)
		_, _ = w.Write(receipt)
		got <- hex.EncodeToString(digest.Sum(nil))
	})}
	go func() { _ = server.Serve(receiver) }()
	t.Cleanup(func() { _ = server.Close() })
	return got
}
