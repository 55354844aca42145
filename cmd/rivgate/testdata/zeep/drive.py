"""Drives a running gateway as an integrator's own client would: Python's zeep, from the gateway's own ?wsdl.

Reads from standard input a JSON object: soap (URL of the SOAP server), portal and system (the headers that a trusted proxy
adds for 1177 and for the handling system). Prints one line for each step.
"""

import hashlib
import json
import sys
import uuid
from datetime import date, datetime, timedelta

import requests
import zeep

GIVEN = json.load(sys.stdin)
PORTAL, SYSTEM, GATEWAY = "SE0000000001-1177", "SE2010123456-AVV", "SE0000000001-RIVGATE"
WARD, SURGERY, INBOX, BOARD = "SE2010123456-AKUT", "SE2010123456-KIR", "SE2010123456-VC01", "SE2010123456-PN01"
PERSONNUMMER = "1.2.752.129.2.1.3.1"
PROBLEMS, AREAS = "1.2.752.129.5.1.22", "urn:rivgate:kodverk:verksamhetsomrade"


def client(interaction, headers):
    session = requests.Session()
    session.trust_env = False  # no proxy between us and the loopback
    session.headers.update(headers)
    url = "%s/%s/1/rivtabp21?wsdl" % (GIVEN["soap"], interaction)
    return zeep.Client(url, transport=zeep.Transport(session=session, timeout=30, operation_timeout=30))


def step(name, call, *shown):
    """Calls, and prints what came of it; shown are names of the answer's fields to print, or to say that they are there."""
    try:
        answer = call()
    except zeep.exceptions.Fault as fault:
        detail = fault.detail.findtext("detailString") if fault.detail is not None else ""
        print("%s: fault %s %s | %s" % (name, fault.code.split(":")[-1], fault.message.split(" ")[0], detail))
        return None
    result = getattr(answer, "result", None)
    words = [result.resultCode] if result is not None else []
    if result is not None:
        words += [w for w in (result.errorCode, result.subCode) if w]
        if not result.logId:
            words.append("without logId")
    words += ["with " + field for field in shown if getattr(answer, field, None)]
    print("%s: %s" % (name, " ".join(words)))
    return answer


def now():
    return datetime.now().strftime("%Y%m%d%H%M%S")


def message_id(root):
    return {"root": root, "extension": str(uuid.uuid4())}


def cv(code, system, name):
    return {"code": code, "codeSystem": system, "displayName": name}


def attachment(text):
    data = text.encode("utf-8")
    return {"id": "1", "fileName": "anteckning.txt", "mediaType": "text/plain", "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(), "value": data}


def complaint(unit, person="189001019802", **more):
    return dict({
        "receivedTime": now(),
        "reporter": {"personId": {"id": person, "type": PERSONNUMMER}, "name": "Testperson Ett", "role": "PATIENT"},
        "incidentUnit": {"orgUnitHSAId": unit},
        "incidentDate": "20260214",
        "description": "Jag fick vänta i tre timmar & ingen sade <varför>.",
        "experiencedProblem": [cv("6.2", PROBLEMS, "Väntetider i vården")],
        "replyWanted": True,
    }, **more)


def send(to, case, sequence, kind="CARE_UNIT", **what):
    return {
        "messageId": message_id(PORTAL), "sentTime": now(), "sequenceNumber": sequence,
        "caseId": {"root": PORTAL, "extension": case},
        "recipient": {"unit": {"orgUnitHSAId": to}, "kind": kind}, **what,
    }


def update(kind, unit, case, sequence, **what):
    message = {
        "messageId": message_id(SYSTEM), "sentTime": now(), "sequenceNumber": sequence,
        "externalCaseId": {"root": SYSTEM, "extension": "DNR-" + (case or "ny")},
        "updateType": kind, "handlingUnit": {"orgUnitHSAId": unit}, **what,
    }
    if case:
        message["caseId"] = {"root": PORTAL, "extension": case}
    return message


def classification(*sub):
    return {"problem": [cv("6", PROBLEMS, "Tillgänglighet")] + list(sub), "areaOfActivity": cv("1", AREAS, "Somatisk specialistvård")}


def main():
    sends, returns = client("SendComplaint", GIVEN["portal"]), client("ReturnComplaint", GIVEN["system"])
    case = "zeep-" + str(uuid.uuid4())

    def say(to, message):
        return lambda: sends.service.SendComplaint(**message, _soapheaders={"LogicalAddress": to})

    def tell(message):
        return lambda: returns.service.ReturnComplaint(**message, _soapheaders={"LogicalAddress": PORTAL})

    first = send(WARD, case, 1, complaint=complaint(WARD, attachment=[attachment("En kort anteckning.\n")]))
    one = step("complaint with attachment", say(WARD, first), "receivedTime")
    again = step("the same complaint again", say(WARD, first), "receivedTime")
    print("the repeat has the first answer: %s" % (one.result.logId == again.result.logId and one.receivedTime == again.receivedTime))

    step("status", tell(update("STATUS", WARD, case, 1, status="RECEIVED", statusTime=now())))
    author = {"authorTime": now(), "healthcareProfessionalHSAId": "SE2010123456-P001", "healthcareProfessionalName": "Testhandläggare"}
    step("partial reply", tell(update("PARTIAL_REPLY", WARD, case, 2, author=author, text="Vi har fått ditt klagomål.", attachment=[attachment("Ett svar.\n")])))
    question = update("QUESTION", WARD, case, 3, text="När på dagen var det?", answerDueDate=(date.today() + timedelta(days=14)).strftime("%Y%m%d"))
    step("question", tell(question))
    answer = {"inReplyTo": question["messageId"], "text": "På förmiddagen.", "author": {"id": "189001019802", "type": PERSONNUMMER}}
    step("answer", say(WARD, send(WARD, case, 2, answer=answer)), "receivedTime")
    step("answer to the same question again", say(WARD, send(WARD, case, 3, answer=answer)))
    step("forwarded", tell(update("FORWARDED", WARD, case, 4, text="Rör kirurgin.", newRecipient={"orgUnitHSAId": SURGERY})))
    step("reply of the former unit", tell(update("PARTIAL_REPLY", WARD, case, 5, text="En sak till.")))
    step("close without classification", tell(update("CLOSE", SURGERY, case, 5, text="Vi beklagar.")))
    step("close", tell(update("CLOSE", SURGERY, case, 5, text="Vi beklagar.", classification=classification(cv("6.2", PROBLEMS, "Väntetider i vården")))))
    step("correction", tell(update("CORRECTION", SURGERY, case, 6, classification=classification())))
    step("reply after close", tell(update("PARTIAL_REPLY", SURGERY, case, 7, text="Hej igen.")))
    step("new case", tell(update("NEW_CASE", WARD, None, 1, newCase=complaint(WARD, person="190001019801"))), "caseId")

    step("complaint to an inbox unit", say(INBOX, send(INBOX, case + "-inbox", 1, complaint=complaint(INBOX))), "externalCaseId", "receivedTime")
    board = complaint(BOARD, incidentUnit=None, incidentPlaceText="Mottagningen vid torget")
    step("complaint to the patient board", say(BOARD, send(BOARD, case + "-board", 1, kind="PATIENT_BOARD", complaint=board)), "externalCaseId")
    step("wrong check digit", say(INBOX, send(INBOX, case + "-wrong", 1, complaint=complaint(INBOX, person="189001019803"))))
    step("unknown case", tell(update("PARTIAL_REPLY", WARD, "finns-inte", 1, text="Hej.")))
    step("unknown receiver", say("SE2010123456-INGEN", send("SE2010123456-INGEN", case + "-x", 1, complaint=complaint(INBOX))))
    other = client("SendComplaint", GIVEN["system"])
    message = send(INBOX, case + "-y", 1, complaint=complaint(INBOX))
    step("without permission", lambda: other.service.SendComplaint(**message, _soapheaders={"LogicalAddress": INBOX}))
    ping = client("PingForConfiguration", GIVEN["portal"])
    step("ping", lambda: ping.service.PingForConfiguration(serviceContractNamespace="urn:x", logicalAddress=GATEWAY,
                                                           _soapheaders={"LogicalAddress": GATEWAY}), "version", "pingDateTime")
    print(case)


main()
