using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Customers;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Plugins.BillingForm;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.Governance.Real;

/// <summary>What a person fills in on the form becomes proposals that somebody else approves, and stands nowhere else.</summary>
public sealed class BillingFormTests(MatrixBench shared) : IClassFixture<MatrixBench>
{
    private static readonly BillingDetails Nothing = new(null, null, null, null, null, null, null, null, null);

    private readonly RealBench _bench = shared.Bench;

    private BillingForms Forms => _bench.Node.GetRequiredService<BillingForms>();

    private CustomerService Stripe => _bench.Sandbox.Admin.V1.Customers;

    [Fact]
    public async Task Fill_DetailsAndATaxId_AreTwoProposalsThatAnotherApproves()
    {
        var customer = await new Objects(_bench.Sandbox.Admin).CustomerAsync();
        var form = await OpenAsync(customer.Id);
        var filled = new BillingFormFilled(form.Form, customer.Id, Nothing with { Name = "Acme Shipping", Email = "ap@acme-shipping.example", Line1 = "7 Customs Quay", City = "Cork", Country = "IE" }, "eu_vat", "ie 1234567 wa", Reason: "They moved.");

        var made = await FillAsync(filled);

        made.Select(p => p.Operation).ShouldBe(["update_billing_details", "add_tax_id"]);
        made[0].Changes.Where(c => c.Field != "Metadata of the customer").ShouldBe(
        [
            new PreviewChange("Name", "Acme", "Acme Shipping"), new PreviewChange("Mail address", "billing@acme.test", "ap@acme-shipping.example"),
            new PreviewChange("Address, first line", "", "7 Customs Quay"), new PreviewChange("City", "", "Cork"), new PreviewChange("Country", "", "IE"),
        ]);
        made[0].ShouldSatisfyAllConditions(p => p.ReasonIsAPersons.ShouldBeTrue(), p => p.Title.ShouldBe("Change the billing details: name, mail address, address, first line, city, country"));
        made[1].Changes[0].ShouldBe(new PreviewChange("Tax ids", "none", "European VAT number IE1234567WA"));
        (await FillAsync(filled)).Select(p => p.Id).ShouldBe(made.Select(p => p.Id), "sent twice, it is the same");
        (await Stripe.GetAsync(customer.Id)).Name.ShouldBe("Acme", "nothing is written before the approval");

        foreach (var proposal in made)
        {
            (await _bench.TryApproveAsync(proposal, "sam")).ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe("not_allowed");
            RealBench.Ok(await _bench.TryApproveAsync(proposal, "olivia"));
            (await _bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, default)).Status.ShouldBe(ProposalStatus.Executed);
        }

        var after = await Stripe.GetAsync(customer.Id, new CustomerGetOptions { Expand = ["tax_ids"] });
        (after.Name, after.Email, after.Address.Line1, after.Address.City, after.Address.Country).ShouldBe(("Acme Shipping", "ap@acme-shipping.example", "7 Customs Quay", "Cork", "IE"));
        after.TaxIds.Data.Select(t => (t.Type, t.Value)).ShouldBe([("eu_vat", "IE1234567WA")]);
        await AssertNowhereElseAsync("Acme Shipping", "ap@acme-shipping", "Customs Quay", "1234567WA");
    }

    [Fact]
    public async Task Fill_AFieldTakenAwayAndATaxIdTakenOff_AreGone_AndTheRestStays()
    {
        var objects = new Objects(_bench.Sandbox.Admin);
        var customer = await objects.CustomerAsync();
        await objects.TaxIdAsync(customer);
        await Stripe.UpdateAsync(customer.Id, new CustomerUpdateOptions { Phone = "+1 555 0100", Address = new AddressOptions { Line1 = "1 Quay", Line2 = "Floor 2", Country = "US" } });
        var form = await OpenAsync(customer.Id);
        (form.Details.Line2, form.TaxIds.Single().Number).ShouldBe(("Floor 2", "DE123456789"));

        foreach (var proposal in await FillAsync(new BillingFormFilled(form.Form, customer.Id, Nothing with { Phone = "", Line2 = "" }, RemoveTaxId: form.TaxIds[0].Id)))
        {
            RealBench.Ok(await _bench.TryApproveAsync(proposal, "olivia"));
            (await _bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, default)).Status.ShouldBe(ProposalStatus.Executed);
        }

        var now = (await OpenAsync(customer.Id)).Details;
        now.ShouldBe(form.Details with { Phone = null, Line2 = null });
        (await OpenAsync(customer.Id)).TaxIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task Propose_ByAnAgentOrAProposerWithoutTheRole_IsRefused()
    {
        var customer = await new Objects(_bench.Sandbox.Admin).CustomerAsync();
        foreach (var (operation, arguments) in new[]
        {
            ("update_billing_details", new JsonObject { ["customer"] = customer.Id, ["name"] = "Evil" }),
            ("add_tax_id", new JsonObject { ["customer"] = customer.Id, ["kind"] = "eu_vat", ["number"] = "DE123456789" }),
        })
        {
            var request = new ProposeRequest(RealBench.Tenant, operation, arguments, _bench.Person("sam"), "support.v1", "task_form", 0, "conv_1", "");
            (await _bench.Book.ProposeAsync(request, default)).ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe("form_only");
        }

        (await Forms.OpenAsync(RealBench.Tenant, _bench.Person("vera"), customer.Id, default)).ShouldBeOfType<Outcome<BillingFormView>.Refused>().Refusal.Code.ShouldBe("not_allowed");
        (await Forms.FillAsync(RealBench.Tenant, _bench.Person("vera"), new BillingFormFilled("form_1", customer.Id, Nothing with { Name = "Evil" }), null, default))
            .ShouldBeOfType<Outcome<IReadOnlyList<ProposalView>>.Refused>().Refusal.Code.ShouldBe("not_allowed");
    }

    [Theory]
    [InlineData("Acme", null, null, "nothing_to_change")]
    [InlineData(null, "eu_vat", "DE1", "invalid_tax_id")]
    [InlineData(null, "mars_vat", "DE123456789", "unknown_tax_id_kind")]
    [InlineData("New", "eu_vat", "DE1", "invalid_tax_id")]
    [InlineData(null, null, null, "nothing_to_change")]
    [InlineData("Two\nlines", null, null, "invalid_text")]
    public async Task Fill_WhatIsWrong_IsRefusedAndProposesNothing(string? name, string? kind, string? number, string code)
    {
        var customer = await new Objects(_bench.Sandbox.Admin).CustomerAsync();
        var form = await OpenAsync(customer.Id);

        (await Forms.FillAsync(RealBench.Tenant, _bench.Person("sam"), new BillingFormFilled(form.Form, customer.Id, Nothing with { Name = name }, kind, number), null, default))
            .ShouldBeOfType<Outcome<IReadOnlyList<ProposalView>>.Refused>().Refusal.Code.ShouldBe(code);

        (await _bench.Book.ListForTargetAsync(RealBench.Tenant, new ObjectRef(ObjectKind.Customer, customer.Id), default)).ShouldBeEmpty();
    }

    /// <summary>Audit log, tasks, steps, conversations: the database holds the values in the proposals' own rows and in no other.</summary>
    private async Task AssertNowhereElseAsync(params string[] values)
    {
        await using var db = _bench.Node.GetRequiredService<CopilotDbFactory>().Open(RealBench.Tenant);
        var elsewhere = (await db.Audit.AsNoTracking().ToListAsync()).Select(r => System.Text.Json.JsonSerializer.Serialize(r))
            .Concat((await db.Executions.AsNoTracking().ToListAsync()).Select(r => System.Text.Json.JsonSerializer.Serialize(r)))
            .Concat((await db.Approvals.AsNoTracking().ToListAsync()).Select(r => System.Text.Json.JsonSerializer.Serialize(r)))
            .Concat((await db.Tasks.AsNoTracking().ToListAsync()).Select(r => System.Text.Json.JsonSerializer.Serialize(r)))
            .Concat((await db.Steps.AsNoTracking().ToListAsync()).Select(r => System.Text.Json.JsonSerializer.Serialize(r)))
            .Concat((await db.Messages.AsNoTracking().ToListAsync()).Select(r => System.Text.Json.JsonSerializer.Serialize(r)))
            .Concat((await db.Proposals.AsNoTracking().ToListAsync()).Select(r => $"{r.Title} {r.Declared} {r.ResultText} {r.Evidence}")).ToList();
        elsewhere.Count.ShouldBeGreaterThan(4);
        values.Where(v => elsewhere.Exists(row => row.Contains(v, StringComparison.OrdinalIgnoreCase))).ShouldBeEmpty();
    }

    private async Task<BillingFormView> OpenAsync(string customer) =>
        (await Forms.OpenAsync(RealBench.Tenant, _bench.Person("sam"), customer, default)).ShouldBeOfType<Outcome<BillingFormView>.Ok>().Value;

    private async Task<IReadOnlyList<ProposalView>> FillAsync(BillingFormFilled filled) =>
        (await Forms.FillAsync(RealBench.Tenant, _bench.Person("sam"), filled, null, default)).ShouldBeOfType<Outcome<IReadOnlyList<ProposalView>>.Ok>().Value;
}
