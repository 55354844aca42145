package inferred_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/soap"
)

func serving(t *testing.T, h soap.Handler) string {
	s := httptest.NewServer(&soap.Server{Handler: h, Path: "/vp"})
	t.Cleanup(s.Close)
	return s.URL + "/vp/x"
}

// Client and Handler carry both operations over real HTTP, and what is said at one end is heard at the other.
func TestClientAndHandler(t *testing.T) {
	heard := make(chan *contracts.Message, 1)
	id := &contracts.II{Root: "SE2010123456-SYS", Extension: "2026-17"}
	url := serving(t, inferred.Pack{}.Handler(func(_ context.Context, m *contracts.Message) (contracts.Receipt, error) {
		heard <- m
		if m.Update != nil {
			return contracts.Receipt{Result: contracts.OutOfOrder("log-1"), CaseID: id}, nil
		}
		return contracts.Receipt{
			Result: contracts.Accepted("log-1"), ExternalCaseID: id, ReceivedTime: stamp("20260301101700"),
		}, nil
	}))
	client := inferred.Client{SOAP: &soap.Client{}}
	for m, want := range map[*contracts.Message]contracts.Receipt{
		sampleSend():   {Result: contracts.Accepted("log-1"), ExternalCaseID: id, ReceivedTime: stamp("20260301101700")},
		sampleReturn(): {Result: contracts.OutOfOrder("log-1"), CaseID: id},
	} {
		got, err := client.Do(context.Background(), url, http.Header{"X-Vp-Sender-Id": {"SE2010123456-SYS"}}, m)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got) + cmp.Diff(m, <-heard); d != "" {
			t.Error(d)
		}
	}
}

func TestClientTellsFaults(t *testing.T) {
	client := inferred.Client{SOAP: &soap.Client{}}
	want := &soap.Fault{Code: soap.CodeServer, String: "VP007 Behörighet saknas", Detail: "x"}
	url := serving(t, inferred.Pack{}.Handler(func(context.Context, *contracts.Message) (contracts.Receipt, error) {
		return contracts.Receipt{}, want
	}))
	for _, m := range []*contracts.Message{sampleSend(), sampleReturn()} {
		_, err := client.Do(context.Background(), url, nil, m)
		got, ok := err.(*soap.Fault) //nolint:errorlint // it is promised bare
		if !ok || *got != *want {
			t.Errorf("got %v", err)
		}
	}
	// An answer that is no SOAP at all is no fault.
	page := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "busy", http.StatusBadGateway) }),
	)
	defer page.Close()
	var fault *soap.Fault
	if _, err := client.Do(context.Background(), page.URL, nil, sampleSend()); err == nil || errors.As(err, &fault) {
		t.Errorf("got %v", err)
	}
	if _, err := client.Do(context.Background(), url, nil, &contracts.Message{}); err == nil {
		t.Error("half a message was sent")
	}
}

func TestHandlerRefusesWhatItDoesNotKnow(t *testing.T) {
	url := serving(t, inferred.Pack{}.Handler(func(context.Context, *contracts.Message) (contracts.Receipt, error) {
		t.Error("asked")
		return contracts.Receipt{}, nil
	}))
	send := write(t, sampleSend())
	for sentence, body := range map[string]string{
		"another contract": strings.ReplaceAll(send, "SendComplaintResponder:1", "OtherResponder:1"),
		"half a message":   send[:len(send)-20],
		"a large number":   strings.Replace(send, ">1</n", ">99999999999999999999</n", 1),
	} {
		reply, err := (&soap.Client{}).Do(context.Background(), &soap.Outgoing{URL: url, Body: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		fault, ok := soap.ReadFault(reply.Body)
		if reply.Status != http.StatusInternalServerError || !ok || fault.Code != soap.CodeClient {
			t.Errorf("%s: %d %s", sentence, reply.Status, reply.Body)
		}
	}
}
