package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/demo"
)

// mention is a command or an address that a document tells its reader to use.
type mention struct {
	place string // file and line
	text  string
}

var (
	commandLine = regexp.MustCompile(
		`^([A-Z_]+=\S+ )*((bin/)?rivgate|make|curl|go|git|createdb|pg_restore|pg_dump|apt|systemctl) `,
	)
	shortCommand = regexp.MustCompile(`^(queue|tak|case|user|audit|config|contract) [a-z]+( |$)`)
	addressForm  = regexp.MustCompile(`^((GET|POST) )?(/[a-zA-Z]|http://127\.0\.0\.1)`)
	inlineCode   = regexp.MustCompile("`([^`\n]+)`")
	lineComment  = regexp.MustCompile(`\s+# .*$`)
)

// mentionsIn finds what a document tells its reader to use: lines of code blocks that begin with a command, and
// commands and addresses in running text.
func mentionsIn(t *testing.T, root, file string) (commands, addresses []mention) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	fenced, begun := false, ""
	for i, line := range strings.Split(string(content), "\n") {
		place := fmt.Sprintf("%s:%d", file, i+1)
		indented := strings.HasPrefix(line, "    ")
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced || indented:
			line = begun + lineComment.ReplaceAllString(line, "")
			begun = ""
			if rest, more := strings.CutSuffix(line, `\`); more {
				begun = rest
			} else if commandLine.MatchString(line) {
				commands = append(commands, mention{place, line})
			}
		default:
			for _, code := range inlineCode.FindAllStringSubmatch(line, -1) {
				switch text := code[1]; {
				case commandLine.MatchString(text):
					commands = append(commands, mention{place, text})
				case shortCommand.MatchString(text):
					commands = append(commands, mention{place, "rivgate " + text})
				case addressForm.MatchString(text):
					addresses = append(addresses, mention{place, text})
				}
			}
		}
	}
	return commands, addresses
}

// documents are all that the project has, from its root.
func documents(t *testing.T, root string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "data") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			file, err := filepath.Rel(root, path)
			files = append(files, file)
			return err
		}
		return nil
	})
	if err != nil || len(files) < 5 {
		t.Fatalf("%d documents: %v", len(files), err)
	}
	return files
}

// documented is the world that `make run` makes, on free ports, as a reader of the documents has it: a shell in its
// folder, rivgate in the path.
type documented struct {
	dir     string
	said    string            // what it printed, log and announcement as they came
	ports   map[string]string // default address → this world's
	environ []string
}

// newDocumented starts the binary and reads until it has said where everything is.
func newDocumented(t *testing.T, binary, root string) *documented {
	t.Helper()
	w := &documented{dir: t.TempDir(), ports: map[string]string{}}
	for _, name := range []string{"testdata", "bin"} {
		to := filepath.Join(root, name)
		if name == "bin" {
			to = filepath.Dir(binary)
		}
		if err := os.Symlink(to, filepath.Join(w.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	w.environ = append(os.Environ(), "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	serving := exec.Command(binary, "serve")
	serving.Dir, serving.Stdout, serving.Stderr = w.dir, write, write
	serving.Env = append(w.environ, "RIVGATE_SOAP_LISTEN=127.0.0.1:0", "RIVGATE_WEB_LISTEN=127.0.0.1:0",
		"RIVGATE_DEMO_PORTAL=127.0.0.1:0", "RIVGATE_DEMO_HANDLING_SYSTEM=127.0.0.1:0")
	if err := serving.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	t.Cleanup(func() {
		_ = serving.Process.Signal(syscall.SIGTERM)
		if err := serving.Wait(); err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
	lines := bufio.NewScanner(read)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		w.said += lines.Text() + "\n"
		if strings.HasPrefix(lines.Text(), "Its cases") {
			break
		}
	}
	go func() { _, _ = io.Copy(io.Discard, read) }()
	for name, usual := range map[string]string{
		"SOAP": "127.0.0.1:8080", "Pages and API": "127.0.0.1:8081", "Handling system": "127.0.0.1:8090",
		"1177 portal": "127.0.0.1:8091",
	} {
		found := regexp.MustCompile(`(?m)^` + name + ` +http://(127\.0\.0\.1:\d+)`).FindStringSubmatch(w.said)
		if found == nil {
			t.Fatalf("%s is not announced:\n%s", name, w.said)
		}
		w.ports[usual] = found[1]
	}
	w.environ = append(w.environ, "RIVGATE_DEMO_HANDLING_SYSTEM="+w.ports["127.0.0.1:8090"])
	return w
}

// here writes this world's addresses for the default ones.
func (w *documented) here(text string) string {
	for usual, now := range w.ports {
		text = strings.ReplaceAll(text, usual, now)
	}
	return text
}

// shell runs a line as a reader would.
func (w *documented) shell(ctx context.Context, line string) (code int, out string) {
	ctx, stop := context.WithTimeout(ctx, 30*time.Second)
	defer stop()
	command := exec.CommandContext(ctx, "sh", "-c", w.here(line))
	command.Dir, command.Env = w.dir, w.environ
	said, err := command.CombinedOutput()
	if command.ProcessState == nil {
		return -1, err.Error()
	}
	return command.ProcessState.ExitCode(), string(said)
}

// deliveries puts one delivered, one waiting and one parked delivery into the world and names them for the shell.
func (w *documented) deliveries(t *testing.T) {
	t.Helper()
	must := func(line string) string {
		t.Helper()
		code, out := w.shell(t.Context(), line)
		if code != cli.ExitDone {
			t.Fatalf("%s: %d %s", line, code, out)
		}
		return out
	}
	first := func(list string) (id string) {
		t.Helper()
		until(t, list, func() bool {
			var rows []struct {
				ID string `json:"id"`
			}
			if err := json.Unmarshal([]byte(must(list+" --format json")), &rows); err != nil {
				t.Fatal(err)
			}
			if len(rows) > 0 {
				id = rows[0].ID
			}
			return id != ""
		})
		return id
	}
	for _, unit := range []string{"KIR", "MED"} {
		must("rivgate queue pause SE2010123456-" + unit + " --reason test")
		must(`sed 's/SE2010123456-VC01/SE2010123456-` + unit + `/g; s/<\([a-z0-9]*:*\)extension>[^<]*</<\1extension>` + unit +
			`</' ` +
			`testdata/recordings/bodies/complaint-to-an-inbox.xml > ` + unit + `.xml`)
		must("rivgate send " + unit + ".xml --url http://127.0.0.1:8080/vp --as SE0000000001-1177")
	}
	waiting, parked := first("rivgate queue list --state due --receiver SE2010123456-MED"),
		first("rivgate queue list --state due --receiver SE2010123456-KIR")
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml; charset=UTF-8")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w,
			`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode>`+
				`<faultstring>no</faultstring></s:Fault></s:Body></s:Envelope>`)
	}))
	t.Cleanup(refusing.Close)
	must("rivgate queue redirect " + parked + " --to " + refusing.URL + " --reason test")
	must("rivgate queue resume SE2010123456-KIR")
	first("rivgate queue list --state parked")
	delivered := first("rivgate queue list --state delivered")
	clinics := first("rivgate case list --unit SE2010123456-VC01 --state delivered")
	head := strings.TrimSpace(must(`rivgate audit verify | sed -n 's/^head //p'`))
	w.environ = append(w.environ, "DELIVERED="+delivered, "WAITING="+waiting, "PARKED="+parked, "CASE="+clinics,
		"HEAD="+head)
}

// accounts are clients that are signed in, one for each account that the world announced.
func (w *documented) accounts(t *testing.T) []*http.Client {
	t.Helper()
	var clients []*http.Client
	for _, d := range demo.Accounts() {
		if !strings.Contains(w.said, d.ID+" / "+demo.Password) {
			t.Errorf("%s is not announced", d.ID)
		}
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Jar: jar, Timeout: 20 * time.Second}
		answer, err := client.PostForm(w.here("http://127.0.0.1:8081/signin"), url.Values{
			"account": {d.ID}, "password": {demo.Password},
		})
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s does not sign in: %v", d.ID, err)
		}
		_ = answer.Body.Close()
		clients = append(clients, client)
	}
	return clients
}

// there are the statuses of an address that exists: it answers, takes POST alone, or wants parameters.
var there = []int{http.StatusOK, http.StatusMethodNotAllowed, http.StatusBadRequest, http.StatusUnprocessableEntity}

// answers tells whether an address is there for one of the accounts: a page or a file, or one that takes POST alone and
// says so.
func (w *documented) answers(t *testing.T, clients []*http.Client, text string) bool {
	t.Helper()
	address := strings.TrimPrefix(strings.TrimPrefix(text, "GET "), "POST ")
	switch {
	case strings.HasPrefix(address, "http://"):
	case strings.HasPrefix(address, "/vp"):
		address = "http://127.0.0.1:8080" + address
	default:
		address = "http://127.0.0.1:8081" + address
	}
	for _, client := range clients {
		answer, err := client.Get(w.here(address))
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		_ = answer.Body.Close()
		if slices.Contains(there, answer.StatusCode) && answer.Request.URL.Path != "/signin" {
			return true
		}
	}
	return false
}

// TestWhatIsWrittenIsRun: every command and every address of the README and the documents works in the world of `make
// run`.
func TestWhatIsWrittenIsRun(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	binary := build(t)
	w := newDocumented(t, binary, root)
	clients := w.accounts(t)
	w.deliveries(t)
	used := map[string]bool{}
	for _, file := range documents(t, root) {
		commands, addresses := mentionsIn(t, root, file)
		for _, m := range commands {
			used[m.text] = true
			if _, listed := notRun[m.text]; listed {
				exists(t, root, m)
				continue
			}
			line := m.text
			if full, short := completions[m.text]; short {
				line = full
			}
			if !strings.HasPrefix(m.text, "rivgate ") && !strings.HasPrefix(m.text, "bin/rivgate ") &&
				!strings.HasPrefix(m.text, "curl ") {
				t.Errorf("%s: %s changes more than this world: the list of what is not run must name it, with the reason", m.place,
					m.text)
				continue
			}
			if code, out := w.shell(t.Context(), line); code != exitCodes[m.text] {
				t.Errorf("%s: %s\nexit code %d, not %d\n%s", m.place, line, code, exitCodes[m.text], out)
			}
		}
		for _, m := range addresses {
			used[m.text] = true
			if _, listed := unanswered[m.text]; !listed && !w.answers(t, clients, m.text) {
				t.Errorf("%s: nobody finds %s", m.place, m.text)
			}
		}
	}
	listed := []string{}
	for text := range completions {
		listed = append(listed, text)
	}
	for text := range notRun {
		listed = append(listed, text)
	}
	for text := range exitCodes {
		listed = append(listed, text)
	}
	for text := range unanswered {
		listed = append(listed, text)
	}
	for _, text := range listed {
		if !used[text] {
			t.Errorf("the lists have %q, and no document does", text)
		}
	}
}

var (
	makeTarget = regexp.MustCompile(`^make ([a-z-]+)`)
	testName   = regexp.MustCompile(`-(?:run|bench) '?(?:\^\$' -bench '?)?([A-Za-z|]+)`)
	testFolder = regexp.MustCompile(`\./([a-z/]+)`)
)

// exists looks whether what is not run is there: the target, or the test.
func exists(t *testing.T, root string, m mention) {
	t.Helper()
	if target := makeTarget.FindStringSubmatch(m.text); target != nil {
		makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`(?m)^` + target[1] + `:`).Match(makefile) {
			t.Errorf("%s: the Makefile has no %s", m.place, target[1])
		}
	}
	if !strings.Contains(m.text, "go test ") {
		return
	}
	folder, name := testFolder.FindStringSubmatch(m.text), testName.FindStringSubmatch(m.text)
	if folder == nil || name == nil {
		t.Errorf("%s: %s names no test", m.place, m.text)
		return
	}
	files, err := filepath.Glob(filepath.Join(root, folder[1], "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(
		`func (Test|Benchmark)\w*(` + strings.NewReplacer("Benchmark", "", "Test", "").Replace(name[1]) + `)`,
	)
	for _, file := range files {
		if content, err := os.ReadFile(file); err == nil && declared.Match(content) {
			return
		}
	}
	t.Errorf("%s: %s has no test %s", m.place, folder[1], name[1])
}

// TestWhereEverythingIsStandsBelowTheLog: the accounts and addresses are the last thing that a start prints.
func TestWhereEverythingIsStandsBelowTheLog(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	w := newDocumented(t, build(t), root)
	log, announced, found := strings.Cut(w.said, "Rivgate  ")
	if !found || !strings.Contains(log, `"the store was empty`) || !strings.Contains(log, `"resp-in"`) {
		t.Errorf("before it says where everything is there is no whole log:\n%s", w.said)
	}
	if strings.Contains(announced, `"@timestamp"`) {
		t.Errorf("the log goes on:\n%s", announced)
	}
}
