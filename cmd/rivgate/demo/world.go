// Package demo is what environment demo has and no other: a mock of 1177's portal and one of a handling system,
// accounts, a first catalogue and a few cases that people have worked with.
//
// It does not know how a gateway is started, and it is never part of another environment.
package demo

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/recording"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/soap"
	"rivgate/soap/wire"
	"rivgate/store"
	"rivgate/web/casework"
)

// HandlingSystemID is the handling system of demo.yaml.
const HandlingSystemID = "SE2010123456-AVV"

// Gateway is what the demo uses of the gateway that it plays with.
type Gateway struct {
	Registry *contracts.Registry
	DB       *store.Store
	Relay    *relay.Relay
	Table    func() *routing.Table // the one in use; not nil
	Log      *zap.Logger
}

// World is the demo's surroundings: a mock of 1177's portal and one of a handling system, their listeners open.
type World struct {
	Portal *recording.Mock
	System *recording.Mock
	Empty  bool // the store is left as it is, not filled with a few cases
}

// OpenWorld makes the mocks and opens their listeners; their addresses are written back into c.
func OpenWorld(c *config.Config) (*World, error) {
	portal, err := newMock(c, recording.Portal, c.Contracts.PortalAddress, "/SendComplaint/1/rivtabp21")
	if err != nil {
		return nil, err
	}
	system, err := newMock(c, recording.HandlingSystem, HandlingSystemID, "/ReturnComplaint/1/rivtabp21")
	if err != nil {
		return nil, err
	}
	w := &World{Portal: portal, System: system}
	system.Door.Handler = &soap.Server{
		Handler: inferred.Pack{}.Handler(system.Take), Path: "/SendComplaint", MaxMessage: int64(c.SOAP.MaxMessage),
		NewID: parts.NewID, Log: zap.NewNop(),
	}
	pages := http.NewServeMux()
	pages.Handle("/", portal.Pages())
	pages.Handle("/handling-system/", http.StripPrefix("/handling-system", system.Pages()))
	portal.Door.Handler = pages
	if err := system.Door.Open(c.Demo.HandlingSystem); err != nil {
		return nil, cli.Usage("demo.handling_system: %w", err)
	}
	if err := portal.Door.Open(c.Demo.Portal); err != nil {
		w.Close()
		return nil, cli.Usage("demo.portal: %w", err)
	}
	c.Demo.HandlingSystem, c.Demo.Portal = system.Door.Address(), portal.Door.Address()
	return w, nil
}

// newMock is a mock that calls the gateway at a path.
func newMock(c *config.Config, role recording.Role, hsaID, path string) (*recording.Mock, error) {
	identity, err := recording.NewIdentity(hsaID, time.Now())
	if err != nil {
		return nil, err
	}
	return &recording.Mock{
		Role: role, Wire: inferred.Client{SOAP: &soap.Client{Client: wire.Client{Timeout: c.Producer.Timeout}}},
		Service: c.Contracts.PortalAddress, Now: time.Now, NewID: parts.NewID,
		Identity: identity, Header: c.SOAP.CertificateHeader,
		Gateway: "http://" + dialable(c.SOAP.Listen) + c.SOAP.Path + path,
		API:     "http://" + dialable(c.Web.Listen), HTTP: &http.Client{Timeout: c.Producer.Timeout},
	}, nil
}

// dialable is an address at which a listener can be reached from this machine.
func dialable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// Announce adds the addresses of both simulators to a table.
func (w *World) Announce(t *cli.Table) {
	t.Add("1177 portal", "http://"+w.Portal.Door.Address()+"/ (simulator)")
	t.Add("Handling system", "http://"+w.System.Door.Address()+"/SendComplaint/1/rivtabp21 (simulator)")
	t.Add("Its cases", "http://"+w.Portal.Door.Address()+"/handling-system/cases")
}

// Run keeps the mocks up until ctx ends.
func (w *World) Run(ctx context.Context) error {
	<-ctx.Done()
	w.Close()
	return nil
}

// Close ends both simulators.
func (w *World) Close() {
	w.System.Door.Down()
	w.Portal.Door.Down()
}

// TrustIn makes the line believe the mocks' certificates where it asks for the chain of forwarded ones.
func (w *World) TrustIn(t *relay.Trust) {
	configured := t.ClientCA
	if configured == nil {
		return
	}
	t.ClientCA = func() *x509.CertPool {
		roots := configured().Clone()
		roots.AddCert(w.Portal.Identity.Certificate)
		roots.AddCert(w.System.Identity.Certificate)
		return roots
	}
}

// Seed sends a few cases through the line if there are none, and tells whether it did. The catalogue is there.
func (w *World) Seed(ctx context.Context, g *Gateway) (sent bool, err error) {
	cases, err := g.DB.Unlogged().Cases(ctx, store.CaseFilter{Limit: 1})
	if err != nil || len(cases) > 0 {
		return false, err
	}
	for _, c := range Seeds(time.Now()) {
		unit, ok := g.Table().Unit(c.unit)
		if !ok {
			continue // another catalogue than the demo's
		}
		to := contracts.Recipient{Unit: contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}, Kind: contracts.KindCareUnit}
		if unit.Kind == routing.PatientBoard {
			to.Kind = contracts.KindPatientBoard
		}
		id, receipt, err := w.Portal.Submit(ctx, to, c.Complaint)
		if err != nil {
			return false, err
		}
		if receipt.Result.Code != contracts.OK {
			return false, errors.New("a case was refused: " + receipt.Result.SubCode)
		}
		if err := g.live(ctx, id, c.lived); err != nil {
			return false, fmt.Errorf("working with a case of the demo: %w", err)
		}
	}
	if err := g.addPhrases(ctx); err != nil {
		return false, err
	}
	g.Log.Info("the store was empty: a few cases were sent through the line")
	return true, nil
}

// SeedCase is a case that the demo begins with.
type SeedCase struct {
	unit      string
	Complaint contracts.Complaint
	lived     []lived // what people did with it since
}

// Seeds are the cases that the demo begins with, as of a moment.
func Seeds(now time.Time) []SeedCase {
	day := func(back int) string { return now.AddDate(0, 0, -back).Format("20060102") }
	own := func(person, name, text, date, unit, unitName string) contracts.Complaint {
		return contracts.Complaint{
			Reporter: contracts.Reporter{
				PersonID: contracts.PersonID{ID: person, Type: contracts.OIDPersonnummer}, Name: name, Role: contracts.RolePatient,
			},
			IncidentUnit: &contracts.OrgUnit{HSAID: unit, Name: unitName}, IncidentDate: date, Description: text,
			ReplyWanted: true,
		}
	}
	stated := true
	child := own("190001019801", "Tora Test",
		"Mitt barn fick vänta i fyra timmar med hög feber, och ingen sade hur lång tid det skulle ta.", day(9),
		"SE2010123456-VC01", "Vårdcentralen Björken")
	child.Reporter.Role, child.Reporter.StatedAuthority = contracts.RoleProxy, &stated
	child.Patient = &contracts.Patient{
		PersonID: &contracts.PersonID{ID: "201701012393", Type: contracts.OIDPersonnummer}, Name: "Tim Test",
	}
	board := own("190001019801", "Tora Test", "Jag vet inte vilken mottagning det var, men bemötandet var sårande.",
		day(30), "", "")
	board.IncidentUnit, board.IncidentPlaceText = nil, "Röntgen på ett sjukhus i stan, andra våningen"
	nowhere := own("189001019802", "Test Testsson",
		"Jag vet inte vem jag ska vända mig till om parkeringen vid sjukhuset.", day(1), "", "")
	nowhere.IncidentUnit = nil // it is no care, and has no unit where it happened
	const clinic, clinicName = "SE2010123456-VC01", "Vårdcentralen Björken"
	another := board
	another.IncidentPlaceText, another.Description = "Akuten, natten mot söndag",
		"Vi bollades mellan två sjukhus, och inget av dem tog emot oss."
	return []SeedCase{
		{
			unit: "SE2010123456-VC01",
			Complaint: own("189001019802", "Test Testsson",
				"Jag ringde tre gånger innan någon ringde upp, och fick ändå ingen tid.", day(4),
				"SE2010123456-VC01", "Vårdcentralen Björken"),
		},
		{unit: "SE2010123456-VC01", Complaint: child},
		{unit: "SE2010123456-PN01", Complaint: board},
		{
			unit: "TSTNMT2321000156-VC12",
			Complaint: own("189001019802", "Test Testsson", "Tack för ett fint bemötande av sköterskan i receptionen.",
				day(2), "TSTNMT2321000156-VC12", "Vårdcentralen Linden"),
		},
		{unit: "SE2010123456-TRI1", Complaint: nowhere},
		{
			unit: "SE2010123456-AKUT",
			Complaint: own("189001019802", "Test Testsson", "Provsvaren kom aldrig, trots att jag blev lovad dem inom en vecka.",
				day(14),
				"SE2010123456-AKUT", "Sjukhuset Ängen, akutmottagningen"),
		},
		{
			unit: clinic,
			Complaint: own("190001019801", "Tora Test", "Läkaren läste fel i min journal, och jag fick fel recept.", day(20),
				clinic, clinicName),
			lived: []lived{
				{take: true},
				{
					say: contracts.Update{
						Type: contracts.PartialReply,
						Text: "Tack för att du hör av dig. Vi går igenom din journal och återkommer i veckan.",
					},
				},
			},
		},
		{
			unit: clinic,
			Complaint: own("189001019802", "Test Testsson", "Telefonkön var stängd hela förmiddagen.", day(12), clinic,
				clinicName),
			lived: []lived{
				{take: true},
				{say: contracts.Update{Type: contracts.Question, Text: "Vilka dagar försökte du ringa?"}},
				{park: "Väntar på statistik från telefonin"},
			},
		},
		{
			unit: "SE2010123456-PN01", Complaint: another,
			lived: []lived{{take: true}, {ask: &casework.OpinionLetter{
				Question: "Beskriv vad ni visste om patienten den natten, och vad ni rådde till.", Description: another.Description,
				IncidentDate: another.IncidentDate, PlaceText: another.IncidentPlaceText,
			}}},
		},
		{
			unit:      clinic,
			Complaint: own("190001019801", "Tora Test", "Det var kallt och dragigt i väntrummet.", day(40), clinic, clinicName),
			lived: []lived{
				{take: true},
				{
					problems: []string{"3", "3.4"}, area: "3",
					say: contracts.Update{Type: contracts.Close, Text: "Tack. Vi har tätat fönstren och ställt in värmen."},
				},
			},
		},
	}
}
