package soap

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

// keep calls the operation Keep at url.
func keep(url string, request *keepType) (*keepType, error) {
	to := Endpoint{URL: url, LogicalAddress: "SE2010123456-VC01"}
	return Invoke[keepType](context.Background(), &Client{}, keepOperation(), to, request)
}

// keepServer serves f as the operation Keep.
func keepServer(t *testing.T, f func(to string, request *keepType) (*keepType, error)) string {
	t.Helper()
	handler := Handle(keepOperation(), func(_ context.Context, to string, request *keepType) (*keepType, error) {
		return f(to, request)
	})
	server := httptest.NewServer(&Server{Handler: handler, Path: "/vp"})
	t.Cleanup(server.Close)
	return server.URL + "/vp/Keep/1/rivtabp21"
}

func TestInvokeReachesHandle(t *testing.T) {
	url := keepServer(t, func(to string, request *keepType) (*keepType, error) {
		return &keepType{Name: request.Name + " to " + to}, nil
	})
	got, err := keep(url, &keepType{Name: "hej"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "hej to SE2010123456-VC01" {
		t.Errorf("got %q", got.Name)
	}
}

func TestHandleRefusesNoResponse(t *testing.T) {
	handler := Handle(keepOperation(), func(context.Context, string, *keepType) (*keepType, error) { return nil, nil })
	request, err := Encode(keepOperation(), "SE2010123456-VC01", &keepType{})
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := handler(t.Context(), request); err == nil {
		t.Errorf("answered with %s", answer)
	}
}

func TestInvokeTellsFaultsFromOtherAnswers(t *testing.T) {
	faulty := keepServer(t, func(string, *keepType) (*keepType, error) {
		return nil, &Fault{Code: CodeClient, String: "nej"}
	})
	_, err := keep(faulty, &keepType{})
	var fault *Fault
	if !errors.As(err, &fault) || fault.String != "nej" {
		t.Errorf("a fault: got %v", err)
	}
	for name, handler := range map[string]http.HandlerFunc{
		"a page":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html/>")) },
		"nothing": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) },
		"a response with a bad status": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write(enveloped(`<t:KeepResponse xmlns:t="urn:t" mark=""/>`))
		},
	} {
		server := httptest.NewServer(handler)
		_, err := keep(server.URL, &keepType{})
		var answer *AnswerError
		if !errors.As(err, &answer) {
			t.Errorf("%s: got %v", name, err)
		}
		server.Close()
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(enveloped(`<t:Other xmlns:t="urn:t"/>`))
	}))
	defer server.Close()
	_, err = keep(server.URL, &keepType{})
	var refusal *Error
	if !errors.As(err, &refusal) {
		t.Errorf("another response: got %v", err)
	}
}

func TestHandleRefusesAnotherRequest(t *testing.T) {
	called := false
	url := keepServer(t, func(string, *keepType) (*keepType, error) { called = true; return &keepType{}, nil })
	other := keepOperation()
	other.Request.Local = "Other"
	to := Endpoint{URL: url, LogicalAddress: "SE2010123456-VC01"}
	_, err := Invoke[keepType](context.Background(), &Client{}, other, to, &keepType{})
	var fault *Fault
	if !errors.As(err, &fault) || fault.Code != CodeClient || called {
		t.Errorf("got %v, called %v", err, called)
	}
}
