package main

import (
	"database/sql"
	"strings"
	"testing"

	"rivgate/cmd/rivgate/cli"
)

func TestStrandedMessagesAreListedAndDismissed(t *testing.T) {
	queued(t)
	db, err := sql.Open("sqlite", strings.TrimPrefix(storeURL(t), "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	// What its case refused late, as the suite of the store brings it about (storetest, heldRefused).
	_, err = db.ExecContext(t.Context(),
		`DELETE FROM attempt WHERE message_id = 'm0'; DELETE FROM delivery WHERE message_id = 'm0';
		UPDATE lane SET open = 0, ready_at = NULL WHERE order_key = 'm0';
		INSERT INTO held (message_id, case_id, sender, sequence, since, refused) VALUES ('m0', 'c1', 'SE0000000001-1177', 2, 0, 'case closed')`)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if out := says(t, cli.ExitDone, "ID", "queue", "list", "--stranded"); !strings.Contains(out, "m0") ||
		!strings.Contains(out, "case closed") {
		t.Errorf("the list:\n%s", out)
	}
	says(t, cli.ExitUsage, "", "queue", "list", "--stranded", "--receiver", "x")
	says(t, cli.ExitUsage, "", "queue", "dismiss", "m0")
	says(t, cli.ExitUsage, "", "queue", "dismiss", "--reason", "all of them?")
	says(t, cli.ExitDone, "1 would be dismissed\n", "queue", "dismiss", "m0", "--dry-run")
	says(t, cli.ExitRefused, "", "queue", "dismiss", "m1", "--reason", "it was delivered")
	says(t, cli.ExitDone, "1 dismissed\n", "queue", "dismiss", "m0", "--reason", "told by telephone", "--by", "anna")
	says(t, cli.ExitRefused, "", "queue", "dismiss", "m0", "--reason", "once more")
	if out := says(t, cli.ExitDone, "", "queue", "list", "--stranded"); strings.Contains(out, "m0") {
		t.Errorf("it is still listed:\n%s", out)
	}
	if out := says(t, cli.ExitDone, "AT", "queue", "audit"); !strings.Contains(out, "dismiss") ||
		!strings.Contains(out, "anna") || !strings.Contains(out, "told by telephone") {
		t.Errorf("the record:\n%s", out)
	}
	says(t, cli.ExitDone, "0 breaches", "queue", "check")
}
