using BillingCopilot.Billing;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>"Tuesday 9:00 their time": whose zone it is, from what is known of the customer.</summary>
public sealed class TheirTimeTests
{
    /// <summary>A Sunday.</summary>
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Asia/Tokyo", "US", "CA", "", "2026-03-03T00:00Z", "what is named counts")]
    [InlineData("nonsense", "FR", null, "", "2026-03-03T08:00Z", "what is no zone does not")]
    [InlineData(null, "DE", null, "", "2026-03-03T08:00Z", "two zones whose clocks agree")]
    [InlineData(null, "US", "CA", "", "2026-03-03T17:00Z", "a state of one zone")]
    [InlineData(null, "us", "ny", "", "2026-03-03T14:00Z", "letters of any case")]
    [InlineData(null, "IN", null, "", "2026-03-03T03:30Z", "half hours")]
    [InlineData(null, null, null, "de,de-AT", "2026-03-03T08:00Z", "the region of a language")]
    public void Tuesday_OfACustomer_IsThatInstant(string? named, string? country, string? state, string locales, string expected, string why) =>
        Read("Tuesday 9:00 their time", named, country, state, locales).ShouldBeOfType<Outcome<DateTimeOffset>.Ok>(why).Value
            .ShouldBe(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), why);

    [Theory]
    [InlineData(null, "US", null, "")]
    [InlineData(null, "US", "TX", "")]
    [InlineData(null, "AU", "NSW", "")]
    [InlineData(null, null, null, "en-US,fr-FR")]
    [InlineData(null, null, null, "en")]
    [InlineData(null, "XX", null, "")]
    public void Tuesday_SeveralZonesOrNone_IsAskedAbout(string? named, string? country, string? state, string locales) =>
        Read("Tuesday 9:00 in their time zone", named, country, state, locales).ShouldBeOfType<Outcome<DateTimeOffset>.Refused>().Refusal.Code.ShouldBe("unclear_zone");

    [Theory]
    [InlineData("Tuesday 9:00 their time", true)]
    [InlineData("tomorrow 14:30 the customer's time", true)]
    [InlineData("Tuesday 9:00 customer's local time", true)]
    [InlineData("Tuesday 9:00 Europe/Berlin", false)]
    [InlineData("Tuesday 9:00", false)]
    public void IsTheirs_TellsThem(string text, bool theirs) => NotBefore.IsTheirs(text).ShouldBe(theirs);

    [Fact]
    public void Unreadable_SaysSo() =>
        Read("soon their time", null, "DE", null, "").ShouldBeOfType<Outcome<DateTimeOffset>.Refused>().Refusal.Code.ShouldBe("invalid_not_before");

    [Fact]
    public async Task Propose_TheirTime_WaitsForTheInstantOfTheirZone()
    {
        using var bench = await Bench.StartAsync(b => b.Zones = new Zones("JP"));

        (await bench.ProposeAsync(r => r with { NotBeforeTheirs = "Tuesday 9:00 their time" })).NotBefore.ShouldBe(new DateTimeOffset(2026, 3, 3, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Propose_TheirTimeUnclear_IsRefused()
    {
        using var bench = await Bench.StartAsync(b => b.Zones = new Zones("US"));

        Bench.Refused(await bench.TryProposeAsync(r => r with { NotBeforeTheirs = "Tuesday 9:00 their time" })).Code.ShouldBe("unclear_zone");
    }

    [Fact]
    public async Task Propose_TheirTimeTooFar_IsRefused()
    {
        using var bench = await Bench.StartAsync(b => b.Zones = new Zones("JP"));

        Bench.Refused(await bench.TryProposeAsync(r => r with { NotBeforeTheirs = "2026-06-01 9:00 their time" })).Code.ShouldBe("not_before_too_far");
    }

    private static Outcome<DateTimeOffset> Read(string text, string? named, string? country, string? state, string locales) =>
        NotBefore.ReadTheirs(text, Now, new ZoneHints(named, country, state, locales.Split(',', StringSplitOptions.RemoveEmptyEntries)));

    private sealed class Zones(string country) : ICustomerZones
    {
        public Task<Outcome<ZoneHints>> ReadAsync(TenantContext tenant, string customerId, CancellationToken cancellationToken) =>
            Task.FromResult<Outcome<ZoneHints>>(new ZoneHints(null, country, null, []));
    }
}
