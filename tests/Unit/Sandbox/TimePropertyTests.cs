using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>What must hold after months of passing time, whatever the seed.</summary>
public sealed class TimePropertyTests : IDisposable
{
    private static readonly string[] Lists =
    [
        "v1/customers", "v1/subscriptions?status=all", "v1/invoices", "v1/charges", "v1/payment_intents", "v1/payment_methods",
        "v1/refunds", "v1/credit_notes", "v1/payouts", "v1/disputes", "v1/coupons", "v1/prices", "v1/products", "v1/invoiceitems",
    ];

    private readonly string _data = Directory.CreateTempSubdirectory("sandbox-").FullName;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task EventLog_Replayed_RebuildsTheState(int seed)
    {
        await using var sandbox = await SandboxFixture.StartAsync(seed: seed);
        await new Lives(sandbox, seed).LiveAsync(customers: 8, months: 5);

        var rebuilt = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var @event in Enumerable.Reverse(await sandbox.AllAsync("v1/events")))
        {
            var value = @event["data"]!["object"]!.AsObject();
            if (value["id"] is { } id)
            {
                rebuilt[(string)id!] = value;
            }

            TakeItems(value, rebuilt);
        }

        foreach (var list in Lists)
        {
            var stored = await sandbox.AllAsync(list);
            foreach (var value in stored)
            {
                rebuilt.ShouldContainKey((string)value["id"]!, $"{list} of seed {seed}");
                rebuilt[(string)value["id"]!].ToJsonString().ShouldBe(value.ToJsonString(), $"{list} of seed {seed}");
            }
        }

        foreach (var payment in await sandbox.AllAsync("v1/invoice_payments"))
        {
            // Stripe tells of a payment once it is made; before, its invoice and its intent do.
            var known = rebuilt.GetValueOrDefault((string)payment["id"]!)?.ToJsonString();
            known.ShouldBe((string?)payment["status"] == "paid" ? payment.ToJsonString() : null, $"invoice payments of seed {seed}");
            var (invoice, intent) = (rebuilt[(string)payment["invoice"]!], rebuilt[(string)payment["payment"]!["payment_intent"]!]);
            ((long)payment["amount_requested"]!).ShouldBe((long)intent["amount"]!, $"seed {seed}");
            ((string?)payment["status"] == "paid").ShouldBe((string?)invoice["status"] == "paid", $"seed {seed}");
        }

        (await sandbox.AllAsync("v1/invoices")).Count.ShouldBeGreaterThan(20);
        (await sandbox.AllAsync("v1/invoiceitems")).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Money_AfterMonthsOfLives_AddsUp(int seed)
    {
        await using var sandbox = await SandboxFixture.StartAsync(seed: seed);
        await new Lives(sandbox, seed).LiveAsync(customers: 8, months: 5);

        await AddsUpAsync(sandbox);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Money_AfterMonthsOfAWorld_AddsUp(int seed)
    {
        await using var sandbox = await SandboxFixture.OfWorldAsync(seed);
        var passed = (await sandbox.ControlAsync("clock", new { advance = "100d" }))["passed"]!;
        ((long)passed["done"]!["subscription.renew"]!).ShouldBeGreaterThan(100);

        await AddsUpAsync(sandbox);
    }

    [Fact]
    public async Task Time_InOneStepOrManyWithARestart_GivesTheSameBytes()
    {
        await using var straight = await SandboxFixture.OfWorldAsync(4);
        await straight.ControlAsync("clock", new { advance = "40d", freeze = true });

        await using (var first = await SandboxFixture.OfWorldAsync(4, _data))
        {
            await first.ControlAsync("clock", new { advance = "11d" });
            await first.ControlAsync("clock", new { advance = "90m" });
        }

        await using var resumed = await SandboxFixture.OfWorldAsync(4, _data);
        await resumed.ControlAsync("clock", new { advance = "29d" });
        await resumed.UntilAsync(DateTimeOffset.FromUnixTimeSeconds((long)(await straight.ControlAsync("clock"))["now"]!).UtcDateTime);

        foreach (var list in Lists.Append("v1/events").Append("v1/balance_transactions").Append("v1/invoice_payments"))
        {
            var (one, other) = (await straight.AllAsync(list), await resumed.AllAsync(list));
            string.Join('\n', one.Select(o => o.ToJsonString())).ShouldBe(string.Join('\n', other.Select(o => o.ToJsonString())), list);
        }
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    /// <summary>Stripe tells of an item when it is made; that an invoice took it, the invoice tells.</summary>
    private static void TakeItems(JsonObject value, Dictionary<string, JsonObject> rebuilt)
    {
        foreach (var line in value["lines"]?["data"]?.AsArray() ?? [])
        {
            var parent = line!["parent"];
            var item = (string?)(parent?["invoice_item_details"]?["invoice_item"] ?? parent?["subscription_item_details"]?["invoice_item"]);
            if (value["id"] is { } invoice && item is not null && rebuilt.TryGetValue(item, out var known))
            {
                known["invoice"] = (string)invoice!;
            }
        }
    }

    private static async Task AddsUpAsync(SandboxFixture sandbox)
    {
        foreach (var invoice in await sandbox.AllAsync("v1/invoices"))
        {
            var because = invoice.ToJsonString();
            var lines = (bool)invoice["lines"]!["has_more"]!
                ? await sandbox.AllAsync($"v1/invoices/{(string?)invoice["id"]}/lines")
                : [.. invoice["lines"]!["data"]!.AsArray().Select(l => l!.AsObject())];
            var (amount, off) = (lines.Sum(l => (long)l["amount"]!), lines.Sum(l => Sum(l, "discount_amounts")));
            var exclusive = lines.Sum(l => Sum(l, "taxes", "exclusive"));
            var inclusive = lines.Sum(l => Sum(l, "taxes", "inclusive"));
            ((long)invoice["subtotal"]!).ShouldBe(amount, because);
            Sum(invoice, "total_discount_amounts").ShouldBe(off, because);
            Sum(invoice, "total_taxes").ShouldBe(exclusive + inclusive, because);
            ((long)invoice["total"]!).ShouldBe(amount - off + exclusive, because);
            ((long)invoice["total_excluding_tax"]!).ShouldBe(amount - off - inclusive, because);
            ((long)invoice["amount_due"]!).ShouldBe((long)invoice["amount_paid"]! + (long)invoice["amount_remaining"]!, because);
            ((string?)invoice["status"] != "paid" || (long)invoice["amount_remaining"]! == 0).ShouldBeTrue(because);
            ((string?)invoice["currency"] != "kwd" || (long)invoice["amount_due"]! % 10 == 0).ShouldBeTrue(because);
        }

        foreach (var customer in await sandbox.AllAsync("v1/customers"))
        {
            var moves = await sandbox.AllAsync($"v1/customers/{(string?)customer["id"]}/balance_transactions");
            ((long)customer["balance"]!).ShouldBe(moves.Sum(m => (long)m["amount"]!), customer.ToJsonString());
        }
    }

    private static long Sum(JsonObject value, string member, string? behaviour = null) => value[member]!.AsArray()
        .Where(m => behaviour is null || (string?)m!["tax_behavior"] == behaviour)
        .Sum(m => (long)m!["amount"]!);
}
