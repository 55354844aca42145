// Command contractgen writes Go packages from a contract pack: WSDL and XSD of RIV-TA service domains in, one package
// for each service domain out, with the message types, the operation table, a typed client and server adaptors.
//
// The types are made in three steps:
//
//	contract ──► one flat schema ──► gowsdl ──► Go types ──► repaired types, and the code that reads and writes them
//	 files        normalise*.go                  gowsdl.go    repair.go, types.go, codec.go
//
// A repair changes only what gowsdl is known to write wrong. Everything else is gowsdl's: which types, fields and
// constants there are, their types and values, and their comments. These are its faults, and where each is repaired,
// before gowsdl or after it:
//
//	 1  takes the header for the body            after   service.operation reads the binding
//	 2  no namespace on child elements           after   row2Namespace
//	 3  omitempty everywhere, pointers by type   after   row3Required, row3Occurrence
//	 4  xs:any loses its content and its place   after   row4Wildcard, row4Attributes, row4Content
//	 5  enumerations that do not compile         before  simpleReference, row5Value
//	                                             after   row5Constants
//	 6  one name for two things                  before  nameTypes, row6Taken
//	                                             after   row6Name
//	 7  derived types lose what they have        before  derivedFields
//	                                             after   row7Text
//	 8  maxOccurs="2" is no slice                before  row8Bound
//	 9  nested particles and groups are lost     before  particle
//	                                             after   row9Group
//	10  numbers and times change                 after   row10Lexical
//	11  files more than 20 deep are dropped      before  schemas.add
//	12  xmlns again on every element             after   package soap/codec writes, not encoding/xml
//
// It knows XML Schema and WSDL; it does not know what any contract means.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/alecthomas/kong"
)

// command is the command line.
type command struct {
	Pack  string `required:"" help:"Name of the pack, for the package comments." placeholder:"NAME"`
	WSDL  string `required:"" name:"wsdl" type:"existingdir" help:"Folder with the pack's .wsdl files." placeholder:"DIR"`
	Out   string `required:"" help:"Folder that gets one subfolder for each service domain." placeholder:"DIR"`
	Soap  string `default:"rivgate/soap" help:"Import path of package soap; its codec is below." placeholder:"PATH"`
	Empty bool   `name:"empty-ok" help:"Accept a folder without any .wsdl: a pack whose files are still to come."`
	Check bool   `help:"Write nothing; exit 1 and name the files if what is there is not what would be written."`
}

// Exit codes of the command.
const (
	exitDone  = 0
	exitNot   = 1 // the pack cannot be generated, or --check found a difference
	exitUsage = 2
)

func main() {
	log.SetOutput(io.Discard) // gowsdl logs every file it reads
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, out, problems io.Writer) int {
	var c command
	code := -1
	parser, err := kong.New(&c, kong.Name("contractgen"), kong.Writers(out, problems), kong.Exit(func(n int) { code = n }),
		kong.Description("Writes Go packages from the WSDL and XSD files of a contract pack.\n\n"+
			"Exit codes: 0 done, 1 the pack cannot be generated or --check found a difference, 2 usage."))
	if err != nil {
		fmt.Fprintln(problems, "contractgen:", err)
		return exitUsage
	}
	_, err = parser.Parse(doubleDashes(args))
	if code >= 0 {
		return code // --help
	}
	if err != nil {
		fmt.Fprintln(problems, "contractgen:", err)
		return exitUsage
	}
	files, err := generate(c.Pack, c.WSDL, c.Soap)
	if c.Empty && errors.Is(err, errNoWSDL) {
		return exitDone
	}
	if err != nil {
		fmt.Fprintln(problems, "contractgen:", err)
		return exitNot
	}
	if c.Check {
		return check(c.Out, files, problems)
	}
	if err := write(c.Out, files); err != nil {
		fmt.Fprintln(problems, "contractgen:", err)
		return exitNot
	}
	return exitDone
}

// doubleDashes gives a flag with one dash a second one: users of the go tool write -pack.
func doubleDashes(args []string) []string {
	doubled := make([]string, len(args))
	for i, a := range args {
		if len(a) > 2 && a[0] == '-' && a[1] != '-' {
			a = "-" + a
		}
		doubled[i] = a
	}
	return doubled
}
