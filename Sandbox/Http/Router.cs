namespace BillingCopilot.Sandbox.Http;

/// <summary>Finds the endpoint of a method and path. Literal segments win over placeholders.</summary>
internal sealed class Router
{
    private readonly List<Operation> _endpoints = [];

    /// <summary>Everything there is, in the order of declaration.</summary>
    public IReadOnlyList<Operation> Operations => _endpoints;

    public void Add(Operation endpoint) => _endpoints.Add(endpoint);

    public (Operation Operation, Dictionary<string, string> Values)? Find(string method, string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return _endpoints
            .Where(e => e.Method == method && e.Segments.Length == segments.Length)
            .Select(e => (Endpoint: e, Values: Match(e.Segments, segments)))
            .Where(m => m.Values is not null)
            .OrderBy(m => m.Values!.Count)
            .Select(m => ((Operation, Dictionary<string, string>)?)(m.Endpoint, m.Values!))
            .FirstOrDefault();
    }

    private static Dictionary<string, string>? Match(string[] template, string[] path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i][0] == '{')
            {
                values[template[i].Trim('{', '}')] = Uri.UnescapeDataString(path[i]);
            }
            else if (template[i] != path[i])
            {
                return null;
            }
        }

        return values;
    }
}
