using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;
using BillingCopilot.Sandbox.Worlds;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Worlds;

public sealed class PlantedTruthTests
{
    public static TheoryData<int> Seeds => SeededWorlds.Seeds;

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Truth_AnySeed_HasTheSameKeysAndLengths(int seed)
    {
        var world = SeededWorlds.Of(seed);
        Shape(world).ShouldBe(Shape(SeededWorlds.Of(1)));
        world.Entries("double_charges").Count.ShouldBeGreaterThanOrEqualTo(4);
        world.Entries("equal_charges").Count.ShouldBeGreaterThanOrEqualTo(world.Entries("double_charges").Count);
        world.Entries("invoice_increases").Count.ShouldBeGreaterThanOrEqualTo(8);
        world.Entries("failed_invoices").Count.ShouldBeGreaterThanOrEqualTo(8);
        world.Entries("paid_invoices").Count.ShouldBeGreaterThanOrEqualTo(6);
        world.Entries("ambiguous_names").Count.ShouldBeGreaterThanOrEqualTo(2);
        world.Account.All("customer").Count.ShouldBeGreaterThanOrEqualTo(60);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Kinds_ByPosition_AreTheSameForAnySeed(int seed)
    {
        foreach (var (list, field) in new[] { ("failed_invoices", "decline_code"), ("invoice_increases", "cause"), ("equal_charges", "kind"), ("double_charges", "month") })
        {
            SeededWorlds.Of(seed).Entries(list).Select(entry => entry.Text(field))
                .ShouldBe(SeededWorlds.Of(1).Entries(list).Select(entry => entry.Text(field)));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void DoubleCharge_Charge_PaysNoInvoiceAndEqualsTheOriginalOfThatDay(int seed)
    {
        var world = SeededWorlds.Of(seed);
        foreach (var entry in world.Entries("double_charges"))
        {
            var (charge, original) = (Find(world, entry, "charge"), Find(world, entry, "original_charge"));
            InvoicesOf(world, charge).ShouldBeEmpty();
            InvoicesOf(world, original).ShouldBe([entry.Id("invoice")]);
            charge.Whole("amount").ShouldBe(original.Whole("amount"));
            charge.Whole("amount_refunded").ShouldBe(0);
            charge.Text("description").ShouldBe(original.Text("description"));
            (charge.Whole("created") / 86_400).ShouldBe(original.Whole("created") / 86_400);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void EqualCharge_Pair_IsEqualButNotOneInvoicePaidTwice(int seed)
    {
        var world = SeededWorlds.Of(seed);
        foreach (var entry in world.Entries("equal_charges"))
        {
            var charges = entry["charges"]!.AsArray().Select(id => world.Account.Find((string)id!)!).ToList();
            charges.ShouldAllBe(charge => charge.Whole("amount") == entry.Whole("amount"));
            (charges[0].Whole("created") / 86_400 == charges[1].Whole("created") / 86_400).ShouldBe(entry.Text("kind") != "failed_then_paid");
            var paidInvoices = charges.Where(charge => (bool)charge["paid"]! && !(bool)charge["refunded"]!).SelectMany(charge => InvoicesOf(world, charge)).ToList();
            paidInvoices.Distinct().Count().ShouldBe(paidInvoices.Count);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Refundable_Charges_LieOnTheirSideOfTheWindow(int seed)
    {
        var world = SeededWorlds.Of(seed);
        var window = world.Now.AddDays(-30).ToUnixTimeSeconds();
        foreach (var entry in world.Entries("small_refundable").Concat(world.Entries("large_refundable")))
        {
            Find(world, entry, "charge").Whole("created").ShouldBeGreaterThan(window);
        }

        world.Entries("outside_refund_window").ShouldAllBe(entry => Find(world, entry, "charge").Whole("created") < window);
        world.Entries("small_refundable").ShouldAllBe(entry => entry.Whole("amount") <= 5_000);
        world.Entries("large_refundable").ShouldAllBe(entry => entry.Whole("amount") > 50_000);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Account_ChargesOutsideInvoicesNotGivenBack_AreThePlantedOnesAndOneOffs(int seed)
    {
        var world = SeededWorlds.Of(seed);
        var loose = world.Account.All("charge").Where(charge => InvoicesOf(world, charge).Count == 0 && !(bool)charge["refunded"]!);
        var planted = world.Entries("double_charges").Concat(world.Entries("billed_after_end")).Select(entry => entry.Text("charge")).OfType<string>();
        var oneOffs = world.Entries("equal_charges").Where(entry => entry.Text("kind") == "one_off_purchase").Select(entry => (string)entry["charges"]![1]!);
        var late = world.Entries("paid_after_end").Where(entry => entry.Text("kind") == "bought_after_end").Select(entry => entry.Id("charge"));
        loose.Select(charge => charge.Id()).Order().ShouldBe(planted.Concat(oneOffs).Concat(late).Order());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Increase_Invoices_AreTheCustomersLastTwoAndPartsAddUp(int seed)
    {
        var world = SeededWorlds.Of(seed);
        foreach (var entry in world.Entries("invoice_increases"))
        {
            var invoices = world.Account.All("invoice").Where(invoice => invoice.Text("customer") == entry.Id("customer")).ToList();
            invoices[^1].Id().ShouldBe(entry.Id("invoice"));
            invoices[^2].Id().ShouldBe(entry.Id("previous_invoice"));
            (invoices[^1].Whole("total") - invoices[^2].Whole("total")).ShouldBe(entry.Whole("difference"));
            entry.Whole("difference").ShouldBeGreaterThan(0);
            entry.Rows("parts").Sum(part => part.Whole("amount")).ShouldBe(entry.Whole("difference"));
        }

        world.Entries("invoice_increases").Count(entry => entry.Text("status") == "paid").ShouldBeGreaterThanOrEqualTo(3);
        world.Entries("invoice_increases").Count(entry => entry.Text("status") == "open").ShouldBeGreaterThanOrEqualTo(2);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void FailedInvoice_Objects_TellTheDeclineAndAreExactlyThePastDueOnes(int seed)
    {
        var world = SeededWorlds.Of(seed);
        var entries = world.Entries("failed_invoices");
        entries.Select(entry => entry.Text("decline_code")).Distinct().Count().ShouldBeGreaterThanOrEqualTo(6);
        foreach (var entry in entries)
        {
            var (invoice, charge, intent) = (Find(world, entry, "invoice"), Find(world, entry, "charge"), Find(world, entry, "payment_intent"));
            invoice.Text("status").ShouldBe("open");
            invoice.Whole("attempt_count").ShouldBeGreaterThanOrEqualTo(2);
            invoice.Whole("next_payment_attempt").ShouldBeGreaterThan(world.Now.ToUnixTimeSeconds());
            intent["last_payment_error"]!.AsObject().Text("decline_code").ShouldBe(entry.Text("decline_code"));
            charge["outcome"]!.AsObject().Text("reason").ShouldBe(entry.Text("decline_code"));
            (entry.Whole("charges_made") == (((bool)entry["hard"]!) ? 1 : entry.Whole("attempt_count"))).ShouldBeTrue();
            PaymentBehaviour.Of(world.Account, entry.Id("payment_method")).At(world.Now.ToUnixTimeSeconds()).ShouldBe(entry.Id("decline_code"));
        }

        world.Account.All("subscription").Where(item => item.Text("status") == "past_due").Select(item => item.Id()).Order()
            .ShouldBe(entries.Select(entry => entry.Id("subscription")).Order());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Names_OfPlantedCustomers_AreFoundOnce(int seed)
    {
        var world = SeededWorlds.Of(seed);
        var names = world.Account.All("customer").Select(customer => customer.Id("name")).ToList();
        names.Distinct().Count().ShouldBe(names.Count);
        foreach (var entry in new[] { "double_charges", "invoice_increases", "failed_invoices", "healthy_customers" }.SelectMany(world.Entries))
        {
            var first = entry.Id("customer_name").Split(' ')[0];
            names.Count(name => name.Contains(first, StringComparison.OrdinalIgnoreCase)).ShouldBe(1, first);
        }

        world.Entries("ambiguous_names").ShouldAllBe(entry => names.Count(name => name.Contains(entry.Id("query"))) == 2);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Objects_OfTheApi_DoNotGiveThePlantedAway(int seed)
    {
        var (account, truth) = (SeededWorlds.Of(seed).Account, SeededWorlds.Of(seed).Truth);
        var text = string.Join('\n', account.Kinds.SelectMany(kind => account.All(kind)).Select(value => value.ToJsonString()));
        var entries = truth.Select(list => list.Value).OfType<JsonArray>().SelectMany(list => list.OfType<JsonObject>());
        var kinds = Told.SelectMany(field => entries.Select(entry => entry[field]?.ToString())).OfType<string>().Where(kind => kind.Contains('_')).ToHashSet();
        kinds.Count.ShouldBeGreaterThan(40);
        // Evidence of Stripe's disputes has a field of that name.
        kinds.Remove("duplicate_charge");
        string[] words = ["planted", "truth", "double_charge", "Healthy", "look-alike", "PaymentBehaviour"];
        words.Concat(kinds).Where(word => text.Contains(word, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Documents_AnySeed_AreEnoughAndAllDifferent(int seed)
    {
        var documents = SeededWorlds.Of(seed).Documents;
        documents.Count(document => document.Path.StartsWith("policies/", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(8);
        var tickets = documents.Where(document => document.Path.StartsWith("tickets/", StringComparison.Ordinal)).ToList();
        tickets.Count.ShouldBeGreaterThanOrEqualTo(40);
        tickets.Select(ticket => ticket.Text.Split("---\n", 3)[2]).Distinct().Count().ShouldBe(tickets.Count);
        documents.ShouldAllBe(document => !document.Text.Contains('\r') && !document.Text.Contains('{'));
        tickets.ShouldAllBe(ticket => ticket.Text.StartsWith("---\nid: T-", StringComparison.Ordinal));
    }

    /// <summary>Fields of the truth that name what was planted.</summary>
    private static readonly string[] Told = ["kind", "cause", "looks_like", "label"];

    private static List<string> InvoicesOf(World world, JsonObject charge) =>
        [.. world.Account.All("invoice_payment")
            .Where(payment => payment["payment"]!.AsObject().Text("payment_intent") == charge.Text("payment_intent"))
            .Select(payment => payment.Id("invoice"))];

    private static JsonObject Find(World world, JsonObject entry, string field) => world.Account.Find(entry.Id(field))!;

    /// <summary>What happens to agree or not in a seed differs in number; everything that was cast does not.</summary>
    private static readonly string[] Counted = ["discrepancies", "discrepancy_look_alikes", "bank_statement_errors", "best_payment_policy"];

    private static List<string> Shape(World world) => [.. world.Truth.Where(pair => !Counted.Contains(pair.Key)).Select(pair => pair.Value is JsonArray list
        ? $"{pair.Key}[{list.Count}]: {string.Join(" | ", list.Select(entry => string.Join(',', entry!.AsObject().Select(field => field.Key))).Distinct())}"
        : pair.Key)];
}
