"""Asks a gateway for its registry contracts and pings it, by the WSDL that it serves itself. Arguments: the SOAP address, the gateway's HSA-id, a unit, and a consumer."""
import sys

import requests
import zeep
from zeep.transports import Transport

address, gateway, unit, consumer = sys.argv[1:5]
session = requests.Session()
session.headers["x-vp-sender-id"] = consumer
session.headers["x-vp-instance-id"] = "dev_env"


def client(contract, major):
    return zeep.Client("%s/%s/%s/rivtabp21?wsdl" % (address, contract, major), transport=Transport(session=session))


supported = client("GetSupportedServiceContracts", 2)
answer = supported.service.GetSupportedServiceContracts(
    _soapheaders={"LogicalAddress": gateway}, serviceConsumerHsaId=consumer, logicalAdress=unit)
for one in answer["serviceContractNamespace"]:
    print("contract", one["ServiceContractNamespace"])

addressees = client("GetLogicalAddresseesByServiceContract", 2)
for one in answer["serviceContractNamespace"]:
    found = addressees.service.GetLogicalAddresseesByServiceContract(
        _soapheaders={"LogicalAddress": gateway}, serviceConsumerHsaId=consumer,
        serviceContractNameSpace={"ServiceContractNamespace": one["ServiceContractNamespace"]})
    for record in found["logicalAddressRecord"]:
        print("addressee", one["ServiceContractNamespace"], record["logicalAddress"])
        for found_filter in record["filter"]:
            print("filter", record["logicalAddress"], found_filter["serviceDomain"], "|".join(found_filter["categorization"]))

ping = client("PingForConfiguration", 1)
print("version", ping.service.PingForConfiguration(
    _soapheaders={"LogicalAddress": gateway}, serviceContractNamespace="", logicalAddress=unit)["version"])

try:
    supported.service.GetSupportedServiceContracts(_soapheaders={"LogicalAddress": "SE2010123456-NOBODY"}, logicalAdress=unit)
except zeep.exceptions.Fault as fault:
    print("fault", fault.code, fault.message[:5], fault.detail.find("detailString").text[:10])
