package relay_test

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jacoelho/xsd"

	"rivgate/recording"
)

// Whatever the gateway answers as a registry is valid by the published schemas, which nobody here wrote.
func TestRegistryAnswersAreValidByThePublishedSchemas(t *testing.T) {
	domain := filepath.Join("..", "..", "shared", "rivta", "infrastructure.itintegration.registry")
	if _, err := os.Stat(domain); err != nil {
		t.Skip("the published contract files are not at ../shared/rivta")
	}
	var recorded []*recording.Exchange
	for _, w := range recordedWorlds(t) {
		if strings.HasPrefix(w.Name, "platform-registry") {
			recorded = append(recorded, w.Exchanges()...)
		}
	}
	for _, interaction := range []string{"GetSupportedServiceContracts", "GetLogicalAddresseesByServiceContract"} {
		t.Run(interaction, func(t *testing.T) {
			engine := published(t, domain, interaction)
			valid, filtered := 0, 0
			for _, e := range recorded {
				answer := e.Part(recording.Response)
				if !strings.Contains(string(answer), ":"+interaction+"Response>") &&
					!strings.Contains(string(answer), ":"+interaction+"Response/>") {
					continue
				}
				if err := engine.Validate(t.Context(), strings.NewReader(string(answer))); err != nil {
					t.Errorf("%s: %v", e.ID, err)
				}
				valid++
				filtered += strings.Count(string(answer), "filter>") / 2
				spoilt := strings.ReplaceAll(strings.ReplaceAll(string(answer), "n1:logicalAddress>", "n1:x>"),
					"ServiceContractNamespace>", "y>")
				if spoilt != string(answer) && engine.Validate(t.Context(), strings.NewReader(spoilt)) == nil {
					t.Errorf("%s: the schemas refuse nothing", e.ID)
				}
			}
			if valid < 3 || interaction == "GetLogicalAddresseesByServiceContract" && filtered < 4 {
				t.Errorf("%d answers were looked at, with %d filters", valid, filtered)
			}
		})
	}
}

// published is the schema of an envelope with a published response in it.
func published(t *testing.T, domain, interaction string) *xsd.Engine {
	t.Helper()
	namespace := "urn:riv:infrastructure:itintegration:registry:" + interaction + "Responder:2"
	wrapper := fmt.Sprintf(`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:c="%s" targetNamespace="http://schemas.xmlsoap.org/soap/envelope/" elementFormDefault="qualified">
<xs:import namespace="%s" schemaLocation="interactions/%sInteraction/%sResponder_2.0.xsd"/>
<xs:element name="Envelope"><xs:complexType><xs:sequence><xs:element name="Body"><xs:complexType><xs:sequence><xs:element ref="c:%sResponse"/></xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>
</xs:schema>`, namespace, namespace, interaction, interaction, interaction)
	resolve := func(_ context.Context, base, location string) (xsd.SchemaSource, error) {
		name := path.Join(path.Dir(base), location)
		text, err := os.ReadFile(filepath.Join(domain, filepath.FromSlash(name)))
		return xsd.Bytes(name, text), err
	}
	engine, err := xsd.Compile(t.Context(),
		xsd.Bytes("envelope.xsd", []byte(wrapper)).WithResolver(xsd.ResolverFunc(resolve)))
	if err != nil {
		t.Fatal(err)
	}
	return engine
}
