//go:build linux

package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/relay"
	"rivgate/relay/outgoing"
	"rivgate/routing"
	"rivgate/routing/tak"
	"rivgate/soap"
	"rivgate/store"
	"rivgate/store/storetest"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(200) // as the gateway does
	os.Exit(storetest.Main(m))
}

// line is a whole gateway in this process, its receiver beside it.
type line struct {
	relay   *relay.Relay
	store   *store.Store
	url     string
	address string // of the receiver
	took    *atomic.Int64
}

// benchUnit has a handling system.
const benchUnit = "SE2010123456-SJ01"

func newLine(b *testing.B, database string, validation contracts.Mode) *line {
	b.Helper()
	l := &line{took: &atomic.Int64{}}
	receiver := httptest.NewServer(l.receiver(b))
	l.address = receiver.URL + "/"
	b.Cleanup(receiver.Close)
	registry, err := contracts.NewRegistry(contracts.Options{Pack: inferred.Pack{}, Validation: validation})
	if err != nil {
		b.Fatal(err)
	}
	catalogue, err := tak.ReadYAML(strings.NewReader(`units:
  - {hsa_id: SE2010123456-SJ01, name: Enhet, kind: care_unit, region: "01"}
  - {hsa_id: SE2010123456-PN01, name: Nämnd, kind: patient_board, region: "01"}
routes:
  - {contract: SendComplaint, to: SE2010123456-PN01, address: "rivgate:inbox"}
  - {contract: SendComplaint, to: SE2010123456-SJ01, address: "`+receiver.URL+`/", component: SE2010123456-AVV1}
permissions:
  - {contract: SendComplaint, from_system: SE0000000001-1177, to: "*"}
`), registry.Names())
	if err != nil {
		b.Fatal(err)
	}
	table, err := routing.NewTable(catalogue, routing.Rules{
		Durable: registry.Durable, SendContract: registry.Send().Contract, ReturnContract: registry.Return().Contract,
		PortalAddress: portal,
	})
	if err != nil {
		b.Fatal(err)
	}
	if l.store, err = store.Open(b.Context(), database, store.Options{}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.store.Close() })
	who := outgoing.Instance{ID: instance, Name: "bench", HSAID: gatewayHSA}
	newID := func() string { return uuid.Must(uuid.NewV7()).String() }
	l.relay = &relay.Relay{
		Instance: who, Portal: portal, Table: func() *routing.Table { return table }, Contracts: registry, Store: l.store,
		Sender: &outgoing.Sender{Client: &soap.Client{}, Instance: who},
		Trust:  relay.Trust{Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
		Now:    time.Now, NewID: newID, Log: zap.NewNop(), Version: "bench",
	}
	server := httptest.NewServer(&soap.Server{Handler: l.relay, NewID: newID, Faulter: l.relay.Fault, Log: zap.NewNop()})
	b.Cleanup(server.Close)
	l.url = server.URL + "/vp"
	return l
}

// receiver takes whatever comes and answers with a receipt. It does not look at it, so that its work is next to none.
func (l *line) receiver(b *testing.B) http.Handler {
	b.Helper()
	registry, err := contracts.NewRegistry(contracts.Options{Pack: inferred.Pack{}, Validation: "off"})
	if err != nil {
		b.Fatal(err)
	}
	receipt, err := registry.Send().WriteReceipt(contracts.Receipt{Result: contracts.Result{Code: contracts.OK}})
	if err != nil {
		b.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", soap.ContentType)
		_, _ = w.Write(receipt)
		l.took.Add(1)
	})
}

// envelope is a complaint of 10 KB whose ids are to be filled in.
func envelope(b testing.TB) []byte {
	now := contracts.NewStamp(time.Now())
	m := &contracts.Message{
		ID: contracts.II{Root: portal, Extension: "MESSAGE-ID"}, SentTime: now, Sequence: 1,
		CaseID:   &contracts.II{Root: portal, Extension: "CASE-ID"},
		Receiver: benchUnit, Recipient: recipient(system{unit: benchUnit}),
		Complaint: &contracts.Complaint{
			Received: now,
			Reporter: contracts.Reporter{
				PersonID: contracts.PersonID{ID: "189001019802", Type: contracts.OIDPersonnummer}, Role: contracts.RolePatient,
			},
			IncidentUnit: &contracts.OrgUnit{HSAID: benchUnit}, IncidentDate: "20260214", Description: "Jag fick vänta. ",
			ReplyWanted: true,
		},
	}
	empty, err := inferred.Pack{}.Write(m)
	if err != nil {
		b.Fatal(err)
	}
	m.Complaint.Description += strings.Repeat("x", max(0, 10<<10-len(empty)))
	full, err := inferred.Pack{}.Write(m)
	if err != nil {
		b.Fatal(err)
	}
	return full
}

// post sends the envelope as message n and tells how long the receipt took.
func (l *line) post(client *http.Client, envelope []byte, n int64) (time.Duration, error) {
	id := strconv.FormatInt(n, 10)
	before, rest, _ := bytes.Cut(envelope, []byte("MESSAGE-ID"))
	between, after, _ := bytes.Cut(rest, []byte("CASE-ID"))
	r, err := http.NewRequest(http.MethodPost, l.url, io.MultiReader(
		bytes.NewReader(before), strings.NewReader("m"+id), bytes.NewReader(between), strings.NewReader("c"+id),
		bytes.NewReader(after)))
	if err != nil {
		return 0, err
	}
	r.ContentLength = int64(len(before) + len(between) + len(after) + 2*(1+len(id)))
	r.Header = http.Header{
		"Content-Type": {soap.ContentType}, soap.HeaderSender: {portal}, soap.HeaderInstance: {instance},
	}
	started := time.Now()
	answer, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err == nil && (answer.StatusCode != http.StatusOK || !bytes.Contains(said, []byte(">OK<"))) {
		err = fmt.Errorf("status %d: %.200s", answer.StatusCode, said)
	}
	return time.Since(started), err
}

// callers make b.N calls, and report rate and tail.
func callers(b *testing.B, n int, unit, url string, call func(client *http.Client) (time.Duration, error)) {
	var left atomic.Int64
	left.Store(int64(b.N))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n, MaxConnsPerHost: n}}
	type part struct {
		took []time.Duration
		err  error
	}
	done := make(chan part, n)
	before, server := ownTime(), serverTime(b, url)
	b.ResetTimer()
	for range n {
		go func() {
			var p part
			for p.err == nil && left.Add(-1) >= 0 {
				var d time.Duration
				d, p.err = call(client)
				p.took = append(p.took, d)
			}
			done <- p
		}()
	}
	var all []time.Duration
	for range n {
		p := <-done
		if p.err != nil {
			b.Fatal(p.err)
		}
		all = append(all, p.took...)
	}
	b.StopTimer()
	own := ownTime() - before
	slices.Sort(all)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), unit)
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(own.Microseconds())/float64(b.N), "cpu-µs/op")
	if used := serverTime(b, url) - server; used > 0 {
		b.ReportMetric(float64(used.Microseconds())/float64(b.N), "server-cpu-µs/op")
	}
}

// ownTime is the processor time of this process so far.
func ownTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// databases runs a benchmark on both, each fresh.
func databases(b *testing.B, do func(b *testing.B, url string)) {
	b.Run("sqlite", func(b *testing.B) { do(b, "sqlite:"+filepath.Join(b.TempDir(), "rivgate.db")) })
	b.Run("postgres", func(b *testing.B) { do(b, storetest.Postgres(b)) })
}

// BenchmarkAcceptHTTP is durable accepts of 10 KB over HTTP through the whole line; the callers' own processor time is
// in cpu. Beside it, with as many clients, is what bounds it: pgbench inserting the same bytes on the same server.
func BenchmarkAcceptHTTP(b *testing.B) {
	full := envelope(b)
	for _, n := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("callers=%d/limit=pgbench", n), func(b *testing.B) { pgbench(b, n) })
		for _, validation := range []contracts.Mode{"off", "enforce"} {
			b.Run(fmt.Sprintf("callers=%d/validation=%s", n, validation), func(b *testing.B) {
				databases(b, func(b *testing.B, url string) {
					l := newLine(b, url, validation)
					var next atomic.Int64
					callers(b, n, "accepts/s", url, func(c *http.Client) (time.Duration, error) {
						return l.post(c, full, next.Add(1))
					})
				})
			})
		}
	}
}

// BenchmarkLimit is the disk's: syncs of 10 KB, one after the other.
func BenchmarkLimit(b *testing.B) {
	b.Run("fsync", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "file"))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		block := make([]byte, 10<<10)
		if _, err := f.Write(make([]byte, 16<<20)); err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		for i := range b.N {
			if _, err := f.WriteAt(block, int64(i%1600)*10<<10); err != nil {
				b.Fatal(err)
			}
			if err := syscall.Fdatasync(int(f.Fd())); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "syncs/s")
	})
}

func pgbench(b *testing.B, clients int) {
	psql, err := exec.LookPath("psql")
	if err != nil {
		b.Skip("there is no psql")
	}
	url := storetest.Postgres(b)
	if said, err := exec.Command(psql, "-q", url, "-c",
		`CREATE TABLE body (id bigserial PRIMARY KEY, content bytea NOT NULL)`,
		"-c", `ALTER TABLE body ALTER content SET STORAGE EXTERNAL`, "-c",
		`CREATE TABLE msg (id bigserial PRIMARY KEY, body bigint NOT NULL, meta text NOT NULL)`).
		CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, said)
	}
	script := filepath.Join(b.TempDir(), "plain.sql")
	if err := os.WriteFile(script,
		[]byte(
			"BEGIN;\nINSERT INTO body (content) VALUES (:content);\nINSERT INTO msg (body, meta) VALUES "+
				"(currval('body_id_seq'), :meta);\nCOMMIT;\n",
		), 0o600); err != nil {
		b.Fatal(err)
	}
	before := serverTime(b, url)
	command := exec.Command("pgbench", "-n", "-M", "prepared", "-D", `content=\x`+hex.EncodeToString(envelope(b)), "-D",
		"meta="+strings.Repeat("0", 180),
		"-f", script, "-c", strconv.Itoa(clients), "-j", strconv.Itoa(min(clients, 2)), "-T", "3", url)
	said, err := command.CombinedOutput()
	if err != nil {
		b.Fatalf("%v: %s", err, said)
	}
	used := serverTime(b, url) - before
	found := regexp.MustCompile(`(?m)^tps = ([0-9.]+)`).FindSubmatch(said)
	if found == nil {
		b.Fatalf("pgbench said no rate: %s", said)
	}
	rate, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	number := regexp.MustCompile(`(?m)^number of transactions actually processed: ([0-9]+)`).FindSubmatch(said)
	if number == nil {
		b.Fatalf("pgbench said no number: %s", said)
	}
	done, err := strconv.ParseFloat(string(number[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	own := command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	b.ReportMetric(rate, "accepts/s")
	b.ReportMetric(float64(own.Microseconds())/done, "cpu-µs/op")
	b.ReportMetric(float64(used.Microseconds())/done, "server-cpu-µs/op")
	b.ReportMetric(0, "ns/op")
}
