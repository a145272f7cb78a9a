using System.Security.Claims;
using BillingCopilot.Bot.WebConsole;
using BillingCopilot.Bot.WebConsole.Proposals;
using BillingCopilot.Governance.Proposals;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.ConsoleTests;

public sealed class ProposalWordsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(200, "in 3 h 20 min")]
    [InlineData(60, "in 1 h")]
    [InlineData(-5, "5 min ago")]
    [InlineData(0, "in less than a minute")]
    [InlineData(1440 + 120, "in 1 d 2 h")]
    public void Relative_Minutes_AreInWords(int minutes, string expected) =>
        ProposalWords.Relative(Now.AddMinutes(minutes), Now).ShouldBe(expected);

    [Fact]
    public void Filters_EveryStatus_StandsInExactlyOneGroup()
    {
        ProposalFilter[] groups = [ProposalFilter.Open, ProposalFilter.Executed, ProposalFilter.Closed];
        foreach (var status in Enum.GetValues<ProposalStatus>())
        {
            groups.Count(g => g.Shows(status)).ShouldBe(1, status.ToString());
            ProposalFilter.All.Shows(status).ShouldBeTrue();
        }
    }

    [Fact]
    public void Read_UnauthenticatedClaims_AreNobody()
    {
        Claim[] claims = [new(ClaimTypes.NameIdentifier, "frank"), new(ClaimTypes.Role, "finance")];
        PersonClaims.Read(new ClaimsPrincipal(new ClaimsIdentity(claims))).ShouldBeNull();
        var frank = PersonClaims.Read(new ClaimsPrincipal(new ClaimsIdentity(claims, "cookie"))).ShouldNotBeNull();
        (frank.Id, frank.Name, frank.Roles.Single()).ShouldBe(("frank", "frank", "finance"));
    }
}
