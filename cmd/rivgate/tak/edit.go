package tak

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/parts"
	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
	"rivgate/store/catalogues"
)

// EditCommand changes rows of the draft.
type EditCommand struct {
	Add    EditAddCommand    `cmd:"" help:"Add a row. The contract, component and address that it needs are added with it."`
	Change EditChangeCommand `cmd:"" help:"Change fields of a row; the others stay. An address takes its routes along, and a unit with another HSA-id its routes and permissions."`
	Remove EditRemoveCommand `cmd:"" help:"Remove rows."`
	Move   EditMoveCommand   `cmd:"" help:"Lead a receiver to another address from a day on; the route before it ends the day before."`
	Apply  EditApplyCommand  `cmd:"" help:"Carry out many edits at once, all or none: JSON, a list of {action, entry}."`
}

// rowFields are the fields of a row. Which count depends on its kind.
type rowFields struct {
	HSAID       *string       `name:"hsa-id" help:"Of a unit, receiver or component." placeholder:"HSAID"`
	Name        *string       `help:"Of a unit, receiver, contract or component." placeholder:"TEXT"`
	UnitKind    *string       `help:"Of a unit: care_unit, patient_board or other." placeholder:"KIND"`
	Region      *string       `help:"Of a unit: county code." placeholder:"CODE"`
	Provider    *string       `help:"Of a unit: HSA-id of the care provider." placeholder:"HSAID"`
	Attachments *bool         `help:"Of a unit: files may be attached." negatable:""`
	Town        *string       `help:"Of a unit: where it is." placeholder:"TEXT"`
	Alias       []string      `sep:"none" help:"Of a unit: what else it is called; may be repeated. Empty: nothing else." placeholder:"TEXT"`
	Contract    *string       `help:"Short name or responder namespace." placeholder:"NS"`
	To          *string       `help:"Receiver of a route or permission: HSA-id, or * for all." placeholder:"HSAID"`
	FromSystem  *string       `help:"Sender of a permission." placeholder:"HSAID"`
	Address     *string       `help:"URL, rivgate:inbox or rivgate:portal." placeholder:"URL"`
	Profile     *string       `help:"RIVTABP20 or RIVTABP21." placeholder:"PROFILE"`
	Component   *string       `help:"HSA-id of the system behind an address." placeholder:"HSAID"`
	Signature   *string       `help:"Of a route: none, sign, require or both." placeholder:"WHAT"`
	From        *routing.Date `help:"First day." placeholder:"DATE"`
	Until       *routing.Date `help:"Last day." placeholder:"DATE"`
	Filter      []string      `sep:"none" help:"Of a permission: a service domain, and after = the categories of it, with commas; may be repeated. Empty: no filters." placeholder:"DOMAIN=CATEGORY,…"`
}

// lay puts the fields that were given over a row.
func (f rowFields) lay(e catalogue.Row, r *contracts.Registry) catalogue.Row {
	set := func(to *string, given *string) {
		if given != nil {
			*to = *given
		}
	}
	set(&e.HSAID, f.HSAID)
	set(&e.Name, f.Name)
	set((*string)(&e.UnitKind), f.UnitKind)
	set(&e.Region, f.Region)
	set(&e.Provider, f.Provider)
	set(&e.Town, f.Town)
	set(&e.Receiver, f.To)
	set(&e.Sender, f.FromSystem)
	set(&e.Address, f.Address)
	set(&e.Profile, f.Profile)
	set(&e.Component, f.Component)
	set((*string)(&e.Signature), f.Signature)
	if f.Contract != nil {
		e.Contract = parts.Namespace(r, *f.Contract)
	}
	if f.Attachments != nil {
		e.Attachments = *f.Attachments
	}
	if f.Alias != nil {
		e.Aliases = routing.NewNames(f.Alias)
	}
	if f.From != nil {
		e.From = *f.From
	}
	if f.Until != nil {
		e.Until = *f.Until
	}
	if f.Filter != nil {
		e.Filters = filters(f.Filter)
	}
	return e
}

// filters reads the flags of a permission's filters.
func filters(written []string) routing.Filters {
	var list []routing.Filter
	for _, text := range written {
		domain, categories, restricted := strings.Cut(text, "=")
		f := routing.Filter{Domain: domain}
		if restricted {
			f.Categories = strings.Split(categories, ",")
		}
		if text != "" {
			list = append(list, f)
		}
	}
	return routing.NewFilters(list)
}

// edited is what edits did to the draft.
type edited struct {
	Revision int64              `json:"revision"`
	Base     int64              `json:"base"`
	Changes  []catalogue.Change `json:"changes"`
	Report   []catalogue.Note   `json:"report,omitempty"`
	DryRun   bool               `json:"dryRun,omitempty"`

	registry *contracts.Registry
}

func (e edited) print(w io.Writer) error {
	for _, c := range e.Changes {
		fmt.Fprintln(w, cli.Cell(shorter(e.registry, c.Text)))
	}
	for _, c := range e.Changes {
		if was, is := c.Before, c.After; was != nil && is != nil && is.UnitKind == routing.PatientBoard &&
			is.Kind == catalogue.KindUnit && !routing.SameHSAID(was.HSAID, is.HSAID) {
			fmt.Fprintf(w, "the board becomes %s: tak publish --take-over %s=%s takes its cases, roles and numbers "+
				"along\n", cli.Cell(is.HSAID), cli.Cell(was.HSAID), cli.Cell(is.HSAID))
		}
	}
	for _, note := range e.Report {
		fmt.Fprintln(w, "note: "+cli.Cell(shorter(e.registry, note.String())))
	}
	if e.DryRun {
		_, err := fmt.Fprintf(w, "%s, not saved (dry run)\n", cli.NounOf(len(e.Changes), "change"))
		return err
	}
	_, err := fmt.Fprintf(w, "%s in the draft, revision %d, which builds on version %d\n",
		cli.NounOf(len(e.Changes), "change"), e.Revision, e.Base)
	return err
}

// editDraft saves edits that were made from the draft as it is.
func editDraft(s *cli.Session, w who, make func(k keeping, d catalogues.Draft) ([]catalogue.Edit, error)) error {
	return keep(s, func(ctx context.Context, k keeping) error {
		d, err := k.db.CatalogueDraft(ctx)
		if err != nil {
			return err
		}
		edits, err := make(k, d)
		if err != nil {
			return err
		}
		after, changes, err := k.db.EditCatalogue(ctx, w.revision(d), edits, k.rules, cli.Operator(w.By), w.Reason)
		if err != nil {
			return err
		}
		done := edited{Revision: after.Revision, Base: after.Base, Changes: changes, registry: k.registry}
		return s.Show(done, done.print)
	})
}

// EditAddCommand adds a row.
type EditAddCommand struct {
	Kind string `arg:"" enum:"unit,receiver,contract,component,address,route,permission" help:"${enum}."`
	rowFields
	who
}

// Run adds.
func (t *EditAddCommand) Run(s *cli.Session) error {
	return editDraft(s, t.who, func(k keeping, _ catalogues.Draft) ([]catalogue.Edit, error) {
		return []catalogue.Edit{
			{Action: catalogue.EditAdd, Row: t.lay(catalogue.Row{Kind: catalogue.Kind(t.Kind)}, k.registry)},
		}, nil
	})
}

// EditChangeCommand changes a row.
type EditChangeCommand struct {
	ID string `arg:"" help:"Of the row, as tak rows shows it."`
	rowFields
	who
}

// Run changes.
func (t *EditChangeCommand) Run(s *cli.Session) error {
	return editDraft(s, t.who, func(k keeping, d catalogues.Draft) ([]catalogue.Edit, error) {
		i := slices.IndexFunc(d.Rows, func(e catalogue.Row) bool { return e.ID == t.ID })
		if i < 0 {
			return nil, cli.Refused("the draft has no row %s: see rivgate tak rows", cli.Cell(t.ID))
		}
		return []catalogue.Edit{{Action: catalogue.EditChange, Row: t.lay(d.Rows[i], k.registry)}}, nil
	})
}

// EditRemoveCommand removes rows.
type EditRemoveCommand struct {
	ID []string `arg:"" help:"Of the rows, as tak rows shows them."`
	who
}

// Run removes.
func (t *EditRemoveCommand) Run(s *cli.Session) error {
	return editDraft(s, t.who, func(keeping, catalogues.Draft) (edits []catalogue.Edit, err error) {
		for _, id := range t.ID {
			edits = append(edits, catalogue.Edit{Action: catalogue.EditRemove, Row: catalogue.Row{ID: id}})
		}
		return edits, nil
	})
}

// EditMoveCommand leads a receiver elsewhere.
type EditMoveCommand struct {
	Contract  string       `required:"" help:"Short name or responder namespace." placeholder:"NS"`
	To        []string     `required:"" help:"Receivers, several with commas." placeholder:"HSAID"`
	Address   string       `required:"" help:"URL, rivgate:inbox or rivgate:portal." placeholder:"URL"`
	From      routing.Date `required:"" help:"First day of the new address." placeholder:"DATE"`
	Component string       `help:"HSA-id of the system behind the address." placeholder:"HSAID"`
	Profile   string       `help:"RIVTABP20 or RIVTABP21." placeholder:"PROFILE"`
	Signature string       `help:"none, sign, require or both; not given: as before." placeholder:"WHAT"`
	who
}

// Run moves. Cases under way stay where they are; tak diff tells how many.
func (t *EditMoveCommand) Run(s *cli.Session) error {
	return editDraft(s, t.who, func(k keeping, _ catalogues.Draft) (edits []catalogue.Edit, err error) {
		for _, to := range t.To {
			edits = append(edits, catalogue.Edit{Action: catalogue.EditMove, Row: catalogue.Row{
				Kind: catalogue.KindRoute, Contract: parts.Namespace(k.registry, t.Contract), Receiver: to, Address: t.Address,
				Component: t.Component, Signature: routing.Signature(t.Signature),
				Profile: t.Profile, From: t.From,
			}})
		}
		return edits, nil
	})
}

// EditApplyCommand carries out a file of edits.
type EditApplyCommand struct {
	File string `arg:"" help:"JSON; - for the standard input."`
	who
}

// Run applies.
func (t *EditApplyCommand) Run(s *cli.Session) error {
	return editDraft(s, t.who, func(k keeping, _ catalogues.Draft) ([]catalogue.Edit, error) {
		from := io.Reader(os.Stdin)
		if t.File != "-" {
			f, err := os.Open(t.File)
			if err != nil {
				return nil, cli.Usage("reading edits: %w", err)
			}
			defer f.Close()
			from = f
		}
		content, err := io.ReadAll(io.LimitReader(from, 64<<20))
		if err == nil {
			err = tak.DoubledKeys(content)
		}
		if err != nil {
			return nil, cli.Usage("reading edits: %w", err)
		}
		d := json.NewDecoder(bytes.NewReader(content))
		d.DisallowUnknownFields()
		var edits []catalogue.Edit
		if err := d.Decode(&edits); err != nil {
			return nil, cli.Usage("reading edits: %w", err)
		}
		for i := range edits {
			edits[i].Row.Contract = parts.Namespace(k.registry, edits[i].Row.Contract)
		}
		return edits, nil
	})
}
