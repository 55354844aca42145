package web

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rivgate/web/shell"
)

var updateEndpoints = flag.Bool("update", false, "write the table of endpoints again")

// The table of everything that this listener answers, with who may ask for it, stands in a file: its difference is the
// review of a change of rights.
func TestEndpointsAreTheReviewedOnes(t *testing.T) {
	file := filepath.Join("testdata", "endpoints.txt")
	var got strings.Builder
	for _, e := range new(Site).endpoints() {
		line := fmt.Sprintf("%-6s %-52s %-8s %s", e.Method, e.Path, kindNames[e.Kind], whoMay(e.Needs))
		fmt.Fprintln(&got, strings.TrimRight(line, " "))
	}
	if *updateEndpoints {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the endpoints differ from %s: go test ./web -run Endpoints -update writes it, then review the difference",
			file)
	}
}

var kindNames = map[shell.Kind]string{
	shell.Pages: "page", shell.Live: "live", shell.Door: "door", shell.Citizen: "citizen", shell.API: "api",
	shell.Plain: "plain", shell.Admin: "admin", shell.Reset: "reset",
}

// whoMay is the roles that may do any of the actions.
func whoMay(needs shell.Action) string {
	systems := []shell.Role{shell.RoleRead, shell.RoleHandle, shell.RoleOperate, shell.RoleCatalogue, shell.RolePortal}
	var roles []string
	for _, role := range append(shell.People(), systems...) {
		if shell.Rights(role)&needs != 0 {
			roles = append(roles, string(role))
		}
	}
	if len(roles) == len(shell.People())+len(systems) {
		return "everybody who is known"
	}
	return strings.Join(roles, " ")
}
