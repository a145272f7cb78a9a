using System.Text.Json.Nodes;
using BillingCopilot.Agents;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

public class ArgumentTests
{
    private static readonly KernelFunction Function = KernelFunctionFactory.CreateFromMethod((int count, bool open, DateOnly day) => $"{count}{open}{day}", "tool");
    private static readonly BoundTool Tool = new(ToolShape.OfRead(Function, new Dictionary<string, ObjectKind>()), () => Function);

    [Theory]
    [InlineData("""{"count":"many","open":true,"day":"2026-03-01"}""", "count", "a whole number")]
    [InlineData("""{"count":5,"open":"perhaps","day":"2026-03-01"}""", "open", "true or false")]
    [InlineData("""{"count":5,"open":true,"day":"2026-03-01 or so"}""", "day", "a date")]
    public void Bind_ValueOfAnotherType_IsRefusedWithFieldFaultAndRemedy(string sent, string field, string expected)
    {
        var refusal = Bind(sent).ShouldBeOfType<Outcome<KernelArguments>.Refused>().Refusal;
        refusal.Code.ShouldBe("invalid_argument");
        refusal.Message.ShouldStartWith($"{field} is not {expected}");
        refusal.Remedy.ShouldNotBeNull().ShouldContain(field);
    }

    [Fact]
    public void Bind_RightValues_AreConverted()
    {
        var bound = Bind("""{"count":"5","open":"true","day":"2026-03-01T10:00:00Z"}""").ShouldBeOfType<Outcome<KernelArguments>.Ok>().Value;
        bound["count"].ShouldBe(5);
        bound["open"].ShouldBe(true);
        bound["day"].ShouldBe(new DateOnly(2026, 3, 1));
    }

    [Theory]
    [InlineData(typeof(Flat), new string[0])]
    [InlineData(typeof(Listed), new[] { "invoices" })]
    [InlineData(typeof(Nested), new[] { "lines" })]
    public void NestedIn_HandlesInsideListsOrRecords_AreNamed(Type arguments, string[] expected) =>
        HandleParameters.NestedIn(arguments).ShouldBe(expected);

    [Fact]
    public void RefuseNestedHandles_OneNested_StopsTheStart() =>
        Should.Throw<AgentConfigurationException>(() => AgentServices.RefuseNestedHandles(["issue_credits.lines"])).Message.ShouldContain("issue_credits.lines");

    private static Outcome<KernelArguments> Bind(string sent) => ArgumentBinding.Bind(Tool, (JsonObject)JsonNode.Parse(sent)!, new HandleMap());

    private sealed record Flat([property: Handle(ObjectKind.Invoice)] ObjectRef Invoice, Money Amount, string? Memo);

    private sealed record Listed([property: Handle(ObjectKind.Invoice)] IReadOnlyList<ObjectRef> Invoices);

    private sealed record Nested(IReadOnlyList<Line> Lines);

    private sealed record Line([property: Handle(ObjectKind.Invoice)] ObjectRef Invoice, int Quantity);
}
