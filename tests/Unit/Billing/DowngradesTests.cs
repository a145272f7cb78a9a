using BillingCopilot.Billing;
using BillingCopilot.Billing.Subscriptions;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

/// <summary>What a change to a smaller plan, or to fewer seats, means, and what is none.</summary>
public sealed class DowngradesTests
{
    private static readonly PlanItem Team = Item("Lumen Team", 9900, "si_team");
    private static readonly PlanItem Seats = Item("Team seats", 1500, "si_seats") with { Quantity = 12 };
    private static readonly PlanItem Calls = Item("API calls", null, "si_calls");
    private static readonly PlanItem[] OnSale = [Item("Lumen Starter", 2900), Item("Lumen Team", 9900), Item("Lumen Business", 39900), Item("Team seats", 1500)];

    [Fact]
    public void Plan_SmallerOne_ReplacesTheOneThatIsNotCounted()
    {
        var change = Ok(Downgrades.Plan([Team, Seats, Calls], OnSale, "starter", null, null));

        (change.From, change.To.Plan, change.To.Quantity, change.To.Unit).ShouldBe((Team, "Lumen Starter", 1L, new Money(2900, "usd")));
    }

    [Fact]
    public void Plan_OfTheSameName_IsFewerPieces()
    {
        var change = Ok(Downgrades.Plan([Team, Seats], OnSale, "Team seats", 8, null));

        (change.From, change.To).ShouldBe((Seats, Seats with { Quantity = 8 }));
    }

    [Fact]
    public void Plan_ThatReplacesANamedOne_TakesItsPieces()
    {
        var change = Ok(Downgrades.Plan([Team, Seats], [.. OnSale, Item("Guest seats", 500)], "Guest seats", null, "team seats"));

        (change.From, change.To.Plan, change.To.Quantity).ShouldBe((Seats, "Guest seats", 12L));
    }

    [Theory]
    [InlineData("Business", null, null, "not_a_downgrade")]
    [InlineData("Team seats", 12, null, "not_a_downgrade")]
    [InlineData("Team seats", 13, null, "not_a_downgrade")]
    [InlineData("Team seats", null, null, "nothing_to_change")]
    [InlineData("Team seats", 0, null, "invalid_quantity")]
    [InlineData("Gold", null, null, "unknown_plan")]
    [InlineData("", null, null, "unknown_plan")]
    [InlineData("Lumen", null, "Lumen Team", "ambiguous_plan")]
    [InlineData("Starter", null, "Gold", "which_plan")]
    [InlineData("API calls", 1, null, "unknown_plan")]
    public void Plan_ThatIsNone_SaysWhy(string plan, int? quantity, string? replaces, string code) =>
        Refused(Downgrades.Plan([Team, Seats, Calls], OnSale, plan, quantity, replaces)).Code.ShouldBe(code);

    [Fact]
    public void Plan_OfSeveralThatCouldGo_AsksWhich() =>
        Refused(Downgrades.Plan([Team, Item("Lumen Business", 39900, "si_2")], OnSale, "Starter", null, null)).Remedy.ShouldBe("Say in replaces which one goes: «Lumen Business», «Lumen Team».");

    /// <summary>A year's price is compared by the month.</summary>
    [Fact]
    public void Plan_ByTheYear_IsComparedByTheMonth()
    {
        var yearly = Item("Lumen Business", 100_000, "si_y") with { Interval = "year" };

        Ok(Downgrades.Plan([yearly], [Item("Lumen Starter", 8_000)], "Starter", null, null)).To.Plan.ShouldBe("Lumen Starter");
        Refused(Downgrades.Plan([yearly], [Item("Lumen Starter", 8_400)], "Starter", null, null)).Code.ShouldBe("not_a_downgrade");
    }

    private static PlanItem Item(string plan, long? unit, string? item = null) =>
        new("price_" + plan.Replace(' ', '_'), item, plan, unit is { } minor ? new Money(minor, "usd") : null, 1, "month", 1);

    private static PlanChange Ok(Outcome<PlanChange> outcome) => outcome.ShouldBeOfType<Outcome<PlanChange>.Ok>().Value;

    private static Refusal Refused(Outcome<PlanChange> outcome) => outcome.ShouldBeOfType<Outcome<PlanChange>.Refused>().Refusal;
}
