package routing_test

import (
	"errors"
	"testing"

	"rivgate/routing"
)

func TestProducerAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]error{
		"https://avvikelse.example/SendComplaint": nil,
		"http://127.0.0.1:8090/x":                 nil,
		"https://[2001:db8::1]:443/":              nil,
		"http://127.0.0.1:99999/":                 routing.ErrNoPort,
		"http://127.0.0.1:0/":                     routing.ErrNoPort,
		"http://169.254.169.254/latest":           routing.ErrNever,
		"http://[fe80::1]/":                       routing.ErrNever,
		"http://[::ffff:169.254.1.1]/":            routing.ErrNever,
		"ftp://avvikelse.example/":                routing.ErrNoURL,
		"https://user:pw@avvikelse.example/":      routing.ErrNoURL,
		"https:///x":                              routing.ErrNoURL,
		"avvikelse.example":                       routing.ErrNoURL,
		"":                                        routing.ErrNoURL,
	} {
		if _, err := routing.ProducerAddress(address); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", address, err, want)
		}
	}
}
