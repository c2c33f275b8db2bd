package unitcell.crystal.io;

import java.util.List;

/** Small CIFs written for these tests. */
final class SeedCifs {
    private SeedCifs() {}

    static final String CELL = """
            _cell_length_a 5.64(1)
            _cell_length_b 5.64
            _cell_length_c 5.64
            _cell_angle_alpha 90.(0)
            _cell_angle_beta 90
            _cell_angle_gamma 90
            """;

    static final String SITES = """
            loop_
            _atom_site_label
            _atom_site_type_symbol
            _atom_site_fract_x
            _atom_site_fract_y
            _atom_site_fract_z
            _atom_site_occupancy
            Na1 Na1+ 0 0 0 1
            Cl1 Cl1- 0.5 0.5 0.5 1.0
            """;

    /** Caesium-chloride arrangement, P 1. */
    static final String P1 = "data_seed\n_symmetry_space_group_name_H-M 'P 1'\n" + CELL + SITES;

    /** Rock salt in F m -3 m with 8 of its operations and the centring: enough for these special positions. */
    static final String ROCK_SALT = """
            # rock salt
            data_salt
            _chemical_formula_sum 'Na Cl'
            _space_group_name_H-M_alt 'F m -3 m'
            _publ_section_title
            ;
             A text field with a quote ' and a line that looks like
            data_header and loop_
            ;
            """ + CELL + """
            loop_
            _space_group_symop_id
            _space_group_symop_operation_xyz
            1 'x, y, z'
            2 'x, y+1/2, z+1/2'
            3 'x+1/2, y, z+1/2'
            4 'x+1/2, y+1/2, z'
            5 '-x, -y, -z'
            6 '-x, -y+1/2, -z+1/2'
            7 '-x+1/2, -y, -z+1/2'
            8 '-x+1/2, -y+1/2, -z'
            """ + SITES;

    /** Hexagonal close packing with coordinates printed to four digits. */
    static final String HEXAGONAL = """
            data_hcp
            _cell_length_a 3.21
            _cell_length_b 3.21
            _cell_length_c 5.21
            _cell_angle_alpha 90
            _cell_angle_beta 90
            _cell_angle_gamma 120
            loop_
            _symmetry_equiv_pos_as_xyz
            x,y,z
            -y,x-y,z
            -x+y,-x,z
            -x,-y,z+1/2
            y,-x+y,1/2+z
            x-y,x,.5+z
            loop_
            _atom_site_label
            _atom_site_fract_x
            _atom_site_fract_y
            _atom_site_fract_z
            Mg1 0.3333 0.6667 0.25
            """;

    /** Magnetic symmetry: one operation and a centring with time reversal. */
    static final String MAGNETIC = """
            data_magnetic
            _cell_length_a 4.1
            _cell_length_b 4.1
            _cell_length_c 8.2
            _cell_angle_alpha 90
            _cell_angle_beta 90
            _cell_angle_gamma 90
            _space_group_magn.name_BNS "P_c 1"
            loop_
            _space_group_symop_magn_operation.id
            _space_group_symop_magn_operation.xyz
            1 x,y,z,+1
            2 -x,-y,-z,+1
            loop_
            _space_group_symop_magn_centering.id
            _space_group_symop_magn_centering.xyz
            1 x,y,z,+1
            2 x,y,z+1/2,-1
            loop_
            _atom_site_label
            _atom_site_type_symbol
            _atom_site_fract_x
            _atom_site_fract_y
            _atom_site_fract_z
            Mn1 Mn 0 0 0
            O1 O 0.5 0.5 0.125
            """;

    /** Two structures and a block without one; an empty loop; unusual but valid syntax. */
    static final String SEVERAL = "data_first\r\n_note \"it's O5' here\"\r\n"
            + (CELL + SITES).replace("\n", "\r\n").replace("_atom_site_fract_x", "_ATOM_SITE_FRACT_X")
            + "loop_\r\n_empty_a\r\n_empty_b\r\nDATA_second\r\n" + (CELL + SITES).replace("\n", "\r\n")
            + "data_nothing\r\n_list [1 2 3]\r\n_empty ''\r\n";

    static final List<String> ALL = List.of(P1, ROCK_SALT, HEXAGONAL, MAGNETIC, SEVERAL);
}
