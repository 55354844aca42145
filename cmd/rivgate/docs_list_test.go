package main

import "rivgate/cmd/rivgate/cli"

// Three lists beside the documents: what a mention is short for, what cannot be run in the world of `make run`, and
// which exit code is right where it is not 0. An entry that no document has is an error, so the lists cannot outlive
// the text.

// completions are what a mention in running text is short for, in the shell. DELIVERED, WAITING and PARKED are
// deliveries of the world, CASE is a case of a clinic, HEAD the head of its access log.
var completions = map[string]string{
	"rivgate case reply ID --type FORWARDED --to HSAID --ground GROUND": `rivgate case reply "$CASE" --type FORWARDED ` +
		`--to SE2010123456-PN01 --ground "consent by telephone" --unchecked "on the way to the board"`,
	"rivgate case show":                        `rivgate case show "$CASE"`,
	"rivgate case reply ID --unchecked REASON": `rivgate case reply "$CASE" --text Tack --unchecked "asked for"`,
	"rivgate audit verify --head 12:c01717aa…": `rivgate audit verify --head "$HEAD"`,
	"rivgate case register numbers.csv --dry-run": `printf 'case;number\n%s;PROV 1\n' "$CASE" > numbers.csv && ` +
		`rivgate case register numbers.csv --dry-run`,
	"rivgate backup":               `rivgate backup --to copy-$$.db`,
	"rivgate backup --to DIR":      `mkdir -p copies && rivgate backup --to copies`,
	"rivgate backup --to FILE|DIR": `rivgate backup --to copy-$$.db`,
	"rivgate queue close --reason": `until rivgate queue list --state parked | grep -q ` +
		`"$PARKED"; do :; done; rivgate queue close "$PARKED" --reason "told by telephone"`,
	"rivgate queue dismiss": `rivgate queue dismiss --all --reason "answered by ` +
		`telephone"`,
	"rivgate queue pause":                     `rivgate queue pause SE2010123456-AVV --reason "new version"`,
	"rivgate queue pause RECEIVER --reason …": `rivgate queue pause SE2010123456-AVV --reason "new version"`,
	"rivgate queue redirect --to URL": `rivgate queue redirect "$WAITING" --to ` +
		`http://127.0.0.1:8090/SendComplaint/1/rivtabp21 --reason "moved"`,
	"rivgate queue release": `rivgate queue release --all --reason "mended"`,
	"rivgate queue release --held": `rivgate queue release --held --all --reason "it never ` +
		`comes"`,
	"rivgate queue replay --delivered": `rivgate queue replay --delivered --receiver ` +
		`SE2010123456-AVV --since 1h --until 1s --dry-run`,
	"rivgate queue replay --receiver R --since T --until T": `rivgate queue replay --receiver SE2010123456-AVV --since ` +
		`1h --until 1s --dry-run`,
	"rivgate queue resume RECEIVER": `rivgate queue resume SE2010123456-AVV`,
	"rivgate queue retry":           `rivgate queue retry "$WAITING" --reason "mended"`,
	"rivgate queue show":            `rivgate queue show "$DELIVERED"`,
	"rivgate queue show ID":         `rivgate queue show "$DELIVERED"`,
	"rivgate diff A B":              `rivgate diff testdata/recordings testdata/recordings`,
	"rivgate redact DIR": `cp -rL testdata/recordings mine-$$ && rivgate redact --leave-out mine-$$ && ` +
		`rivgate redact --check mine-$$`,
	"rivgate replay DIR --to URL": `rivgate replay testdata/recordings/story-inbox-unit.txtar --ids new ` +
		`--as SE0000000001-1177 --to http://127.0.0.1:8080/vp`,
	"rivgate record": `rivgate record --help`,
	"rivgate record --listen ADDR --upstream URL --to DIR": `rivgate record --listen 127.0.0.1:0 --upstream ` +
		`http://127.0.0.1:8080 --to recorded & sleep 1; kill -INT $! && wait $!`,
	"rivgate tak rebase": `rivgate tak rebase --help`,
	"rivgate tak discard": `rivgate tak edit move --contract SendComplaint --to ` +
		`SE2010123456-VC02 --address https://avvikelse.example/SendComplaint --from 2040-01-01 && rivgate tak discard`,
	"rivgate tak cancel":      `rivgate tak cancel --help`,
	"rivgate tak edit":        `rivgate tak edit --help`,
	"rivgate tak edit change": `rivgate tak edit change --help`,
	"rivgate tak test":        `rivgate tak test --contract SendComplaint --to SE2010123456-AKUT`,
	"rivgate tak edit move … --from DAY": `rivgate tak edit move --contract SendComplaint --to ` +
		`SE2010123456-VC02 --address http://127.0.0.1:8090/SendComplaint/1/rivtabp21 --component SE2010123456-AVV --from ` +
		`2030-01-01`,
	"rivgate user add": `rivgate user add sofia --name "Sofia Test" --role operator`,
	"rivgate validate": `rivgate validate ` +
		`testdata/recordings/bodies/complaint-to-an-inbox.xml`,
	"rivgate validate NAME.xml": `rivgate validate ` +
		`testdata/recordings/bodies/complaint-to-an-inbox.xml`,
}

// notRun are commands that this test does not run, each with the reason. That the target of make or the test exists is
// looked at all the same.
var notRun = map[string]string{
	"make run":           "it is the world that the other commands run in: bin/rivgate serve, on free ports here",
	"make test":          "it would run this test again",
	"make test-long":     "it takes an hour on a busy machine",
	"make check":         "it is run beside the tests",
	"make demo":          "TestTheBinaryFromOutside plays the story",
	"make help":          "it lists the Makefile",
	"make generate":      "it writes into the source",
	"make screenshots":   "it writes into docs",
	"make torture":       "it takes minutes",
	"make bench":         "it takes minutes",
	"make bench-accept":  "it takes minutes",
	"make bench-pages":   "it takes minutes",
	"make bench-forward": "it takes minutes",
	"make bench-forward ROUNDS=8 SIZES=10k CALLERS=16": "it takes minutes",

	"go run ./cmd/bench -beside before=FILE": "it takes minutes, and needs " +
		"another build",
	"go test -run '^$' -bench 'Restart|Grown' -benchtime 1x ./cmd/torture":            "it takes minutes",
	"go test -run '^$' -bench 'BenchmarkAccept|ClaimFinish' -benchtime 2000x ./store": "it takes minutes",
	"go test -run '^$' -bench BenchmarkList ./store":                                  "it takes minutes",
	"go test -run '^$' -bench BenchmarkStatistics ./store":                            "it takes minutes",
	"go test ./cmd/rivgate/recordings -run '^$' -bench 'Replay|Record'":               "it takes minutes",
	"go test ./relay -run RestoreDrill":                                               "it is a test of its own",
	"go test ./relay -run TestRecordings -update":                                     "it writes into testdata",
	"go test ./relay -run TestAttacksAreRecorded -resign":                             "it writes into testdata",
	"go test ./web -run TestEndpointsAre -update":                                     "it writes into testdata",
	"git diff testdata/recordings":                                                    "the world has no repository",
	"createdb rivgate && pg_restore --no-owner --exit-on-error --dbname=rivgate COPY": "it needs PostgreSQL: " +
		"TestRestoreDrill runs it",
	"rivgate send FILE --url URL --cert FILE --key FILE": "it needs certificates: " +
		"TestMutualTLSTellsWhoCalls makes them",
	"rivgate serve": "it is the world that the other commands run in",
	`rivgate tak accept 3f2a… --reason "the clinics are closed"`: "it needs an answer of a TAK that shrank: " +
		"TestACatalogueLives plays it",
}

// exitCodes are those of commands that say something by them.
var exitCodes = map[string]int{
	"rivgate tak diff": cli.ExitRefused, // the draft differs
}

// unanswered are addresses that no listener of the world answers, each with the reason.
var unanswered = map[string]string{
	"/open":      "it is off by default: TestOpenForm opens it",
	"/open/case": "it is off by default, as /open",
}
