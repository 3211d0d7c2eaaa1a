"""Drives a PCE with the public `illumio` client from PyPI and prints `ok <step>` for each step that came out right.

Environment: PCE_URL (with scheme and port), PCE_ORG, PCE_KEY, PCE_SECRET. Exits 1 at the first mismatch.
"""

import os
import sys
from urllib.parse import urlparse

import illumio
from illumio.explorer import TrafficQuery
from illumio.policyobjects import FQDN, IPRange, Label, LabelGroup, LabelSet, ServiceAddress, ServicePort
from illumio.rules import EnforcementBoundary, Rule, RuleSet
from illumio.util import Reference
from illumio.workloads import Interface, Workload


def step(name, good, detail=""):
    if not good:
        print(f"failed {name} {detail}", file=sys.stderr)
        sys.exit(1)
    print(f"ok {name}", flush=True)


def refused(call, token):
    """True when the call fails and the error of the PCE carries the token."""
    try:
        call()
    except illumio.IllumioApiException as error:
        return token in str(error)
    return False


def connect():
    url = urlparse(os.environ["PCE_URL"])
    pce = illumio.PolicyComputeEngine(
        f"{url.scheme}://{url.hostname}", port=str(url.port), org_id=os.environ["PCE_ORG"], retry_count=0
    )
    pce.set_credentials(os.environ["PCE_KEY"], os.environ["PCE_SECRET"])
    pce.set_tls_settings(verify=False)
    return pce


def labels(pce):
    made = {}
    for key, value in [("role", "web"), ("role", "db"), ("role", "batch"), ("app", "orders"), ("env", "prod"), ("env", "dev")]:
        made[value] = pce.labels.create(Label(key=key, value=value))
    step("labels.create", made["web"].href.startswith("/orgs/") and made["web"].key == "role")
    step("labels.create refuses a duplicate", refused(
        lambda: pce.labels.create({"key": "role", "value": "web"}), "label_key_and_value_must_be_unique"))
    step("labels.create refuses an unknown field", refused(
        lambda: pce.labels.create({"key": "role", "value": "x", "colour": "red"}), "colour"))
    found = pce.labels.get(params={"key": "role", "value": "web"})
    step("labels.get", [label.href for label in found] == [made["web"].href])
    pce.labels.update(made["batch"], {"value": "batch-jobs"})
    step("labels.update", pce.labels.get_by_reference(made["batch"]).value == "batch-jobs")
    doomed = pce.labels.create({"key": "loc", "value": "moon"})
    pce.labels.delete(doomed)
    step("labels.delete", pce.labels.get(params={"value": "moon"}) == [])
    step("labels.delete twice", refused(lambda: pce.labels.delete(doomed), "already_deleted"))
    return made


def policy_objects(pce, label):
    any_list = pce.get_default_ip_list()
    step("get_default_ip_list", any_list.name == "Any (0.0.0.0/0 and ::/0)")
    step("get_default_service", pce.get_default_service().name == "All Services")
    ip_list = pce.ip_lists.create(illumio.IPList(
        name="corp",
        ip_ranges=[IPRange(from_ip="10.20.0.0/16"), IPRange(from_ip="10.20.5.0/24", exclusion=True)],
        fqdns=[FQDN(fqdn="*.partner.example.com")],
    ))
    step("ip_lists.create", len(ip_list.ip_ranges) == 2 and ip_list.fqdns[0].fqdn == "*.partner.example.com")
    step("ip_lists.create refuses a taken name", refused(
        lambda: pce.ip_lists.create({"name": "corp"}), "ip_list_name_not_unique"))
    service = pce.services.create(illumio.Service(name="mysql", service_ports=[ServicePort(port=3306, proto="tcp")]))
    step("services.create", service.service_ports[0].port == 3306 and service.service_ports[0].proto == 6)
    inner = pce.label_groups.create(LabelGroup(name="inner", key="role", labels=[label["batch"]]))
    group = pce.label_groups.create(LabelGroup(name="clients", key="role", labels=[label["web"]]))
    step("label_groups.create", len(group.labels) == 1 and group.labels[0].href == label["web"].href)
    step("label_groups.get_by_name", pce.label_groups.get_by_name("clients").href == group.href)
    # The client cannot decode a group with sub groups (its type is a forward reference), so this is read as JSON.
    pce.label_groups.update(group, {"sub_groups": [{"href": inner.href}]})
    nested = pce.get(group.href).json()
    step("label_groups.update", nested["sub_groups"] == [{"href": inner.href, "name": "inner"}])
    return ip_list, service, group, inner


def workloads(pce, label):
    web = pce.workloads.create(Workload(
        name="web-1", hostname="web-1.example.com",
        interfaces=[Interface(name="eth0", address="10.0.1.10", cidr_block=24)],
        labels=[label["web"], label["orders"], label["prod"]],
    ))
    step("workloads.create", web.interfaces[0].address == "10.0.1.10" and len(web.labels) == 3)
    pce.workloads.update(web, {"description": "front end"})
    step("workloads.update", pce.workloads.get_by_reference(web).description == "front end")
    db = pce.workloads.create(Workload(
        name="rds-orders", external_data_set="aws-rds", external_data_reference="arn:aws:rds:orders",
        interfaces=[Interface(name="umw0", address="10.0.9.20")],
        labels=[label["db"], label["orders"], label["prod"]],
    ))
    results = pce.workloads.bulk_create([
        Workload(name=f"bulk-{number}", interfaces=[Interface(name="eth0", address=f"10.1.0.{number}")])
        for number in range(1, 4)
    ])
    step("workloads.bulk_create", len(results) == 3 and all(result["errors"] == [] for result in results))
    updated = pce.workloads.bulk_update([Workload(href=result["href"], description="bulk") for result in results])
    step("workloads.bulk_update", all(result["errors"] == [] for result in updated))
    step("workloads.bulk_delete", pce.workloads.bulk_delete([result["href"] for result in results]) == [])
    missing = pce.workloads.bulk_delete([results[0]["href"]])
    step("workloads.bulk_delete tells failures", len(missing) == 1 and len(missing[0]["errors"]) == 1)
    step("workloads.get_async", {found.name for found in pce.workloads.get_async()} == {"web-1", "rds-orders"})
    step("workloads.get_all", len(pce.workloads.get_all()) == 2)
    by_label = pce.workloads.get(params={"labels": f'[["{label["db"].href}"]]', "managed": False})
    step("workloads.get by label", [found.href for found in by_label] == [db.href])
    return web, db


def virtual_service(pce, label, db):
    service = pce.virtual_services.create(illumio.VirtualService(
        name="ordersdb",
        service_ports=[ServicePort(port=3306, proto="tcp")],
        service_addresses=[ServiceAddress(fqdn="orders.abc.us-east-1.rds.example.com", port=3306)],
        labels=[label["db"], label["orders"], label["prod"]],
    ))
    step("virtual_services.create", service.update_type == "create" and service.apply_to == "host_only")
    binding = illumio.ServiceBinding(virtual_service=service, workload=db)
    step("service_bindings.create needs a provisioned service", refused(
        lambda: pce.service_bindings.create([binding]), "not provisioned"))
    version = pce.provision_policy_changes("virtual service", [service.href])
    step("provision_policy_changes", version.version > 1 and version.commit_message == "virtual service")
    active_href = service.href.replace("/draft/", "/active/")
    active = pce.virtual_services.get_by_reference(active_href)
    step("virtual_services active", active.name == "ordersdb" and active.update_type is None)
    made = pce.service_bindings.create([illumio.ServiceBinding(virtual_service=Reference(href=active_href), workload=db)])
    step("service_bindings.create", len(made["service_bindings"]) == 1 and made["errors"] == [])
    found = pce.service_bindings.get()
    step("service_bindings.get", found[0].workload.href == db.href and found[0].virtual_service.href == active_href)
    return service


def rules(pce, label, group, inner, ip_list, service, vs):
    rule_set = pce.rule_sets.create(RuleSet(name="orders prod", scopes=[LabelSet(labels=[label["orders"], label["prod"]])]))
    step("rule_sets.create", rule_set.enabled is True and len(rule_set.scopes[0].labels) == 2)
    rule = pce.rules.create(Rule.build(
        providers=[label["db"]], consumers=[group.href], ingress_services=[service.href]), parent=rule_set)
    step("rules.create", "/sec_rules/" in rule.href and rule.network_type == "brn")
    by_address = pce.rules.create(Rule.build(
        providers=[label["db"]], consumers=[ip_list], ingress_services=[{"port": 3306, "proto": "tcp"}],
        unscoped_consumers=True), parent=rule_set)
    virtual = pce.rules.create(Rule.build(
        providers=[label["db"]], consumers=[label["web"]], ingress_services=[],
        resolve_providers_as=["virtual_services"]), parent=rule_set)
    step("rules.create for a virtual service", virtual.resolve_labels_as.providers == ["virtual_services"])
    pce.rules.update(by_address, {"enabled": False})
    step("rules.get", len(pce.rules.get(parent=rule_set)) == 3)
    deny = pce.post(f"{rule_set.href}/deny_rules", json={
        "enabled": True, "override": True,
        "providers": [{"label": {"href": label["db"].href}}], "consumers": [{"label": {"href": label["dev"].href}}],
        "ingress_services": [{"port": 3306, "proto": 6}], "unscoped_consumers": True,
    }).json()
    step("deny_rules.create", deny["override"] is True)
    boundary = pce.enforcement_boundaries.create(EnforcementBoundary.build(
        name="no-rdp", providers=["ams"], consumers=[pce.get_default_ip_list()],
        ingress_services=[{"port": 3389, "proto": "tcp"}]))
    step("enforcement_boundaries.create", boundary.name == "no-rdp")
    step("provisioning needs the dependencies", refused(
        lambda: pce.provision_policy_changes("alone", [rule_set.href]), ip_list.href))
    pce.provision_policy_changes("rules", [
        rule_set.href, group.href, inner.href, ip_list.href, service.href, boundary.href])
    active = pce.rule_sets.get_by_name("orders prod", policy_version="active")
    step("rule_sets active", len(active.rules) == 3 and "/active/" in active.rules[0].href)
    step("services in use are not deleted", refused(lambda: pce.services.delete(service), "service_referenced"))
    pce.rule_sets.update(rule_set, {"description": "changed"})
    step("drafts wait", pce.rule_sets.get_by_reference(rule_set).update_type == "update"
         and pce.rule_sets.get_by_name("orders prod", policy_version="active").description != "changed")
    pce.delete("/sec_policy/pending", include_org=True)
    step("pending work can be thrown away", pce.rule_sets.get_by_reference(rule_set).update_type is None)


def decisions(pce, web, db):
    def check(source):
        answer = pce.get("/sec_policy/active/policy_check", params={
            "src_external_ip" if source[0].isdigit() else "src_workload": source,
            "dst_workload": db.href, "port": 3306, "protocol": 6}).json()
        return len(answer["sec_rules"])
    step("policy_check allows the label", check(web.href) == 2, str(check(web.href)))
    step("policy_check ignores a disabled rule", check("10.20.1.1") == 0)


def traffic(pce):
    response = pce._session.post(
        pce._build_url("/agents/bulk_traffic_flows", True),
        data="10.0.1.10,10.0.9.20,3306,6\n10.0.1.10,10.0.9.20,3306,6\nnot a flow",
        headers={"Content-Type": "text/csv"})
    counts = response.json()
    step("bulk_traffic_flows", response.status_code == 201 and counts["num_flows_received"] == 3
         and counts["num_flows_failed"] == 1)
    flows = pce.get_traffic_flows_async("to-db", TrafficQuery.build(
        start_date="2020-01-01T00:00:00Z", end_date="2100-01-01T00:00:00Z",
        include_services=[{"port": 3306, "proto": "tcp"}], policy_decisions=["unknown"]))
    step("get_traffic_flows_async", len(flows) == 1 and flows[0].num_connections == 2
         and flows[0].src.workload.name == "web-1" and flows[0].policy_decision == "unknown")


def main():
    pce = connect()
    pce.must_connect()
    step("must_connect", True)
    label = labels(pce)
    ip_list, service, group, inner = policy_objects(pce, label)
    web, db = workloads(pce, label)
    vs = virtual_service(pce, label, db)
    rules(pce, label, group, inner, ip_list, service, vs)
    decisions(pce, web, db)
    traffic(pce)
    events = pce.events.get(params={"max_results": 1000})
    step("events.get", any(event.event_type == "sec_policy.create" for event in events))


main()
