package routing

import "maps"

// why names the reason of a refusal: by this name a test finds every code in the sources.
func why(code string, values ...string) Fact { return NewFact(code, values...) }

// Cause is why a call is refused, in English; "" if it is let through.
func (x *Explanation) Cause() string { return x.Why.Words(causes) }

// Remedy is what to do about a refusal, in English; "" if the call is let through.
func (x *Explanation) Remedy() string { return x.Why.Words(remedies) }

// Causes are the codes of Explanation.Why, each with its words in English. Values: the contract, the receiver and the
// day, and for a permission also the sender.
func Causes() map[string]string { return maps.Clone(causes) }

// Remedies are the same codes, each with what to do in English.
func Remedies() map[string]string { return maps.Clone(remedies) }

var causes = map[string]string{
	"no-route": "no route for {1} to {2} is valid on {3}, neither its own nor one above it in the HSA tree nor a " +
		"default",
	"receiver-blanks": "the logical address has white space around it",
	"profile-unknown": "the route's profile is neither RIVTABP20 nor RIVTABP21",
	"several-routes":  "more than one route for {1} to {2} is valid on {3}",
	"no-permission":   "{4} has no permission for {1} to {2} on {3}",
	"no-catalogue":    "there is no catalogue, nor a saved copy",
	"no-address":      "the route has no address",
}

var remedies = map[string]string{
	"no-route":        "add a route, or correct the days of the one there is",
	"receiver-blanks": "the caller must send it without",
	"profile-unknown": "correct the profile of the route's address",
	"several-routes":  "end one of them before the other begins",
	"no-permission":   "add a permission for the sender, to the address, a unit above it or *",
	"no-catalogue":    "see why the source cannot be read: /status, rivgate tak show",
	"no-address":      "give the route the address of the producer",
}
